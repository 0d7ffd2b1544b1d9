import type { Check, Finding } from '../../../core/health.ts';
import { census } from '../census.ts';
import { health as examine, type Proxmox } from '../client.ts';
import { backupFindings } from './backups.ts';
import { clusterFindings } from './cluster.ts';
import { guestFindings } from './guests.ts';
import { storageFindings } from './storages.ts';
import { taskFindings } from './tasks.ts';
import { demand, type View } from './view.ts';

/** Every cluster at once; one that does not answer is told by the core. */
export const health = examine(async (clusters, check) => {
  const several = clusters.names.length > 1;
  const told = (await clusters.all(async (one, instance) => examineOne(one, several ? (what, ask) => check(`${instance}: ${what}`, ask) : check, several ? instance : undefined))).map(({ value }) => value);
  const nodes = told.flatMap(({ resources }) => resources.nodes);
  const { running, total } = census(told.flatMap(({ resources }) => resources.guests));
  const online = nodes.filter(({ status }) => status === 'online').length;
  return {
    version: [...new Set(told.map(({ version }) => version))].join(', '),
    headline: `nodes ${online}/${nodes.length}, guests ${running} of ${total} running`,
    facts: { nodes: `${online}/${nodes.length}`, guests: `${running} of ${total} running` },
    findings: told.flatMap(({ findings }) => findings),
  };
});

async function examineOne(one: Proxmox, check: Check, label: string | undefined): Promise<{ version: string; resources: View['resources']; findings: Finding[] }> {
  const [{ version }, resources, permissions] = await Promise.all([one.version(), one.resources(), check('what the token may see', () => one.permissions())]);
  const [tasks, haServices] = await Promise.all([
    check('tasks', async () => { demand({ one, permissions }, '/', 'Sys.Audit', 'GET /cluster/tasks'); return one.clusterTasks(); }),
    check('high availability', () => one.haServices()),
    check('all guests', async () => demand({ one, permissions }, '/vms', 'VM.Audit', 'GET /cluster/resources')),
    check('all storages', async () => demand({ one, permissions }, '/storage', 'Datastore.Audit', 'GET /cluster/resources')),
    check('pending updates', async () => demand({ one, permissions }, '/nodes', 'Sys.Modify', 'GET /nodes/{node}/apt/update')),
  ]);
  const view: View = {
    one, check, resources, permissions, tasks, haServices,
    subject: (name) => (label === undefined ? String(name) : `${label}:${name}`),
    where: label === undefined ? {} : { instance: label },
  };
  const findings = await Promise.all([clusterFindings(view), guestFindings(view), storageFindings(view), taskFindings(view), backupFindings(view)]);
  return { version, resources, findings: findings.flat() };
}
