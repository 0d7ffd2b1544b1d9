import type { Check, Finding } from '../../../core/health.ts';
import { countGuests } from '../guest-counts.ts';
import { health as examine, type Proxmox } from '../client.ts';
import { hasPrivilege } from '../rights.ts';
import type { Permissions } from '../schema/cluster.ts';
import type { Resources } from '../schema/resources.ts';
import { backupFindings } from './backups.ts';
import { clusterFindings } from './cluster.ts';
import { guestFindings } from './guests.ts';
import { storageFindings } from './storages.ts';
import { recentTasks, taskFindings } from './tasks.ts';
import { requirePrivilege, isPermitted, type Checkup } from './checkup.ts';

/** Every cluster at once; one that does not answer is told by the core. */
export const health = examine(async (clusters, check) => {
  const several = clusters.names.length > 1;
  const told = (
    await clusters.all(async (one, instance) =>
      examineOne(
        one,
        several ? (what, ask) => check(`${instance}: ${what}`, ask) : check,
        several ? instance : undefined,
      ),
    )
  ).map(({ value }) => value);
  const nodes = told.flatMap(({ resources }) => resources.nodes);
  const { running, total } = countGuests(told.flatMap(({ resources }) => resources.guests));
  const online = nodes.filter(({ status }) => status === 'online').length;
  return {
    version: [...new Set(told.map(({ version }) => version))].join(', '),
    headline: `nodes ${online}/${nodes.length}, guests ${running} of ${total} running`,
    // Only worth knowing, and not worth the privilege it takes: said here, and no gap in the check-up.
    facts: {
      nodes: `${online}/${nodes.length}`,
      guests: `${running} of ${total} running`,
      ...(told.every(({ seesUpdates }) => !seesUpdates) && { updates: 'not looked at' }),
    },
    findings: told.flatMap(({ findings }) => findings),
  };
});

/** The numbers of a node are absent without the privilege too, so only with it does their absence mean something. */
const findSilentNodes = ({ nodes }: Resources, permissions: Permissions | undefined): Set<string> =>
  new Set(
    nodes
      .filter(
        ({ node, status, cores }) =>
          status === 'online' &&
          cores === undefined &&
          permissions &&
          hasPrivilege(permissions, `/nodes/${node}`, 'Sys.Audit'),
      )
      .map(({ node }) => node),
  );

/** What a token without a privilege is not told: one word for all of it, and no request that would be refused. */
const blindSpots = [
  [
    'quorum, high availability, failed tasks, ZFS pools and guests without a backup job',
    '/',
    'Sys.Audit',
  ],
  ['load and disks of nodes', '/nodes', 'Sys.Audit'],
  ['all guests', '/vms', 'VM.Audit'],
  ['all storages', '/storage', 'Datastore.Audit'],
] as const;

async function examineOne(
  one: Proxmox,
  check: Check,
  label: string | undefined,
): Promise<{
  version: string;
  resources: Checkup['resources'];
  findings: Finding[];
  seesUpdates: boolean;
}> {
  const [{ version }, resources, permissions] = await Promise.all([
    one.version(),
    one.resources(),
    check('what the token may see', () => one.permissions()),
  ]);
  const seen = { one, permissions };
  const audits = isPermitted(seen, '/', 'Sys.Audit');
  const [tasks, haServices] = await Promise.all([
    audits ? recentTasks(one, check) : undefined,
    audits ? check('high availability', () => one.haServices()) : undefined,
    ...blindSpots.map(([what, path, privilege]) =>
      check(what, () => requirePrivilege(seen, path, privilege)),
    ),
  ]);
  const checkup: Checkup = {
    one,
    check,
    resources,
    permissions,
    tasks,
    haServices,
    silentNodes: findSilentNodes(resources, permissions),
    subject: (name) => (label === undefined ? String(name) : `${label}:${name}`),
    where: label === undefined ? {} : { instance: label },
  };
  const findings = await Promise.all([
    clusterFindings(checkup),
    guestFindings(checkup),
    storageFindings(checkup),
    taskFindings(checkup),
    backupFindings(checkup),
  ]);
  return {
    version,
    resources,
    findings: findings.flat(),
    seesUpdates: isPermitted(checkup, '/nodes', 'Sys.Modify'),
  };
}
