import { plural } from '../../../core/base/units.ts';
import type { OwnDrift } from '../../../core/drift.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Thing } from '../../../core/map.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { health as defineHealth, type Proxmox } from '../client.ts';
import { countGuests } from '../guest-counts.ts';
import { isPermitted, requirePrivilege } from '../rights.ts';
import type { Resources } from '../schema/resources.ts';
import { silentNodesOf } from '../silent-nodes.ts';
import { thingsOf } from '../things.ts';
import { reportBackups } from './backups.ts';
import type { Checkup } from './checkup.ts';
import { clusterFindings } from './cluster.ts';
import { guestFindings } from './guests.ts';
import { nodeFindings } from './nodes.ts';
import { passingFindings } from './passing-guests.ts';
import { hasTooMany } from './stopped-guests.ts';
import { storageFindings } from './storages.ts';
import { recentTasks, taskFindings } from './tasks.ts';

/** Every cluster at once; one that does not answer is told by the core. */
export const health = defineHealth(async (clusters, check) => {
  const labelOf = instanceLabel(clusters);
  const answers = await clusters.all(async (cluster, instance) => {
    const label = labelOf(instance);
    const labelled: Check = (what, ask, options) =>
      check(label === undefined ? what : `${label}: ${what}`, ask, options);
    return examineCluster(cluster, labelled, label);
  });
  const reports = answers.map(({ value }) => value);
  const seen = reports.flatMap(({ resources }) => resources ?? []);
  const nodes = nodesText(seen);
  const guests = guestsText(seen);
  const versions = new Set(reports.flatMap(({ version }) => version ?? []));
  const unread = reports.length > seen.length;
  return {
    version: [...versions].join(', ') || undefined,
    headline:
      seen.length === 0
        ? 'nodes and guests not read'
        : `nodes ${nodes}, guests ${guests}${unread ? ', not all read' : ''}`,
    // Only worth knowing, and not worth the privilege it takes: said here, and no gap in the check-up.
    facts: {
      nodes: seen.length === 0 ? 'not read' : nodes,
      guests: seen.length === 0 ? 'not read' : guests,
      ...(reports.every(({ seesUpdates }) => !seesUpdates) && { updates: 'not looked at' }),
    },
    findings: reports.flatMap(({ findings }) => findings),
    things: reports.flatMap(({ things }) => things),
    ...(reports.every(({ notBackedUp }) => notBackedUp) && {
      drift: { 'not-backed-up': reports.flatMap(({ notBackedUp = [] }) => notBackedUp) },
    }),
    blind: reports.length > 0 && reports.every(({ isBlind }) => isBlind),
    bounded: reports.some(({ isBounded }) => isBounded),
  };
});

/** `4/4` */
function nodesText(seen: readonly Resources[]): string {
  const nodes = seen.flatMap((resources) => resources.nodes);
  const online = nodes.filter(({ status }) => status === 'online').length;
  return `${online}/${nodes.length}`;
}

/** `38 of 47 running (2 templates)`: what is neither running nor stopped is told apart. */
function guestsText(seen: readonly Resources[]): string {
  const { running, total, templates, unknown } = countGuests(
    seen.flatMap((resources) => resources.guests),
  );
  if (total === 0) return 'none visible';
  const apart = [
    templates > 0 && plural(templates, 'template'),
    unknown > 0 && `${unknown} unknown`,
  ].filter(Boolean);
  return `${running} of ${total} running${apart.length > 0 ? ` (${apart.join(', ')})` : ''}`;
}

/** What one cluster tells. Undefined is what could not be asked. */
interface ClusterReport {
  version: string | undefined;
  resources: Resources | undefined;
  findings: Finding[];
  /** Guests in no backup job; undefined where that is not known. */
  notBackedUp: OwnDrift[] | undefined;
  things: Thing[];
  seesUpdates: boolean;
  /** The token is shown neither guests nor storages, and may see none: that none is in trouble says nothing. */
  isBlind: boolean;
  /** There were more stopped guests than are looked at. */
  isBounded: boolean;
}

async function examineCluster(
  cluster: Proxmox,
  check: Check,
  label: string | undefined,
): Promise<ClusterReport> {
  const answers = { version: cluster.version(), resources: cluster.resources() };
  // Of a cluster that is away there are no parts to be missed; one that answers anything is looked at.
  await Promise.any([answers.version, answers.resources]).catch(() => answers.resources);
  const [version, resources, permissions] = await Promise.all([
    check('version', () => answers.version, { extra: true }),
    check('nodes, guests and storages', () => answers.resources),
    check('what the token may see', () => cluster.permissions()),
  ]);
  const audits = isPermitted({ permissions }, '/', 'Sys.Audit');
  const [tasks, ha, status, backupJobs] = await Promise.all([
    audits ? recentTasks(cluster, check) : undefined,
    audits ? check('high availability', () => cluster.haStatus(), { part: 'ha' }) : undefined,
    audits ? check('quorum', () => cluster.clusterStatus()) : undefined,
    audits ? check('backup jobs', () => cluster.backupJobs(), { part: 'backup-jobs' }) : undefined,
    ...blindSpots.map(([what, path, privilege]) =>
      check(what, () => requirePrivilege({ permissions }, path, privilege)),
    ),
  ]);
  const checkup: Checkup = {
    cluster,
    check,
    resources: resources ?? nothing,
    permissions,
    tasks,
    ha,
    status,
    backupJobs,
    configs: new Map(),
    silentNodes: silentNodesOf(resources ?? nothing, permissions),
    label,
  };
  const [backups, ...findings] = await Promise.all([
    reportBackups(checkup),
    clusterFindings(checkup),
    guestFindings(checkup),
    passingFindings(checkup),
    nodeFindings(checkup),
    storageFindings(checkup),
    taskFindings(checkup),
  ]);
  return {
    version: version?.version,
    resources,
    findings: [...findings.flat(), ...backups.findings],
    notBackedUp: backups.missing,
    things: thingsOf({ ...checkup, instance: cluster.instance }),
    seesUpdates: isPermitted(checkup, '/nodes', 'Sys.Modify'),
    isBlind:
      resources !== undefined &&
      resources.guests.length + resources.storages.length === 0 &&
      !isPermitted(checkup, '/vms', 'VM.Audit'),
    isBounded: resources?.nodes.some(({ node }) => hasTooMany(checkup, node)) ?? false,
  };
}

const nothing: Resources = { nodes: [], guests: [], storages: [], pools: [] };

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
