import type { Check, Finding } from '../../../core/health.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { health as defineHealth, type Proxmox } from '../client.ts';
import { countGuests } from '../guest-counts.ts';
import { hasPrivilege } from '../rights.ts';
import type { Permissions } from '../schema/cluster.ts';
import type { Resources } from '../schema/resources.ts';
import { backupFindings } from './backups.ts';
import { isPermitted, requirePrivilege, type Checkup } from './checkup.ts';
import { clusterFindings } from './cluster.ts';
import { guestFindings } from './guests.ts';
import { nodeFindings } from './nodes.ts';
import { storageFindings } from './storages.ts';
import { recentTasks, taskFindings } from './tasks.ts';

/** Every cluster at once; one that does not answer is told by the core. */
export const health = defineHealth(async (clusters, check) => {
  const labelOf = instanceLabel(clusters);
  const answers = await clusters.all(async (cluster, instance) => {
    const label = labelOf(instance);
    const labelled: Check = (what, ask) =>
      check(label === undefined ? what : `${label}: ${what}`, ask);
    return examineCluster(cluster, labelled, label);
  });
  const reports = answers.map(({ value }) => value);
  const nodes = reports.flatMap(({ resources }) => resources.nodes);
  const online = nodes.filter(({ status }) => status === 'online').length;
  const { running, total } = countGuests(reports.flatMap(({ resources }) => resources.guests));
  return {
    version: [...new Set(reports.map(({ version }) => version))].join(', '),
    headline: `nodes ${online}/${nodes.length}, guests ${running} of ${total} running`,
    // Only worth knowing, and not worth the privilege it takes: said here, and no gap in the check-up.
    facts: {
      nodes: `${online}/${nodes.length}`,
      guests: `${running} of ${total} running`,
      ...(reports.every(({ seesUpdates }) => !seesUpdates) && { updates: 'not looked at' }),
    },
    findings: reports.flatMap(({ findings }) => findings),
  };
});

/** What one cluster tells. */
interface ClusterReport {
  version: string;
  resources: Resources;
  findings: Finding[];
  seesUpdates: boolean;
}

async function examineCluster(
  cluster: Proxmox,
  check: Check,
  label: string | undefined,
): Promise<ClusterReport> {
  const [{ version }, resources, permissions] = await Promise.all([
    cluster.version(),
    cluster.resources(),
    check('what the token may see', () => cluster.permissions()),
  ]);
  const audits = isPermitted({ permissions }, '/', 'Sys.Audit');
  const [tasks, haServices] = await Promise.all([
    audits ? recentTasks(cluster, check) : undefined,
    audits ? check('high availability', () => cluster.haServices()) : undefined,
    ...blindSpots.map(([what, path, privilege]) =>
      check(what, () => requirePrivilege({ permissions }, path, privilege)),
    ),
  ]);
  const checkup: Checkup = {
    cluster,
    check,
    resources,
    permissions,
    tasks,
    haServices,
    silentNodes: silentNodesOf(resources, permissions),
    label,
  };
  const findings = await Promise.all([
    clusterFindings(checkup),
    guestFindings(checkup),
    nodeFindings(checkup),
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

/** The numbers of a node are absent without the privilege too, so only with it does their absence mean something. */
function silentNodesOf(
  { nodes }: Resources,
  permissions: Permissions | undefined,
): ReadonlySet<string> {
  if (!permissions) return new Set();
  return new Set(
    nodes
      .filter(
        ({ node, status, cores }) =>
          status === 'online' &&
          cores === undefined &&
          hasPrivilege(permissions, `/nodes/${node}`, 'Sys.Audit'),
      )
      .map(({ node }) => node),
  );
}
