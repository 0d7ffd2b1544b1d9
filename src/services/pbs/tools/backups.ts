import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { day, duration, plural, second } from '../../../core/base/units.ts';
import { collectGaps, Gaps, gapsText } from '../../../core/gap.ts';
import { pageInput, pageOutput } from '../../../core/page.ts';
import { read, type NamespaceRef, type Pbs } from '../client.ts';
import { isReadable, noJobs, storesOf, unknownStore } from '../datastores.ts';
import { listGroups, type GroupListing } from '../group-listing.ts';
import { type BackupGroup } from '../group-state.ts';
import { namespacePath } from '../namespaces.ts';
import { reportHidden, seesAllTasks } from '../rights.ts';
import type { Snapshot } from '../schema/backup.ts';
import { readUsage } from '../usage.ts';
import {
  groupRow,
  GroupRow,
  groupTable,
  snapshotRow,
  SnapshotRow,
  snapshotTable,
  type ListedGroup,
} from './backup-rows.ts';
import { pagesOf } from './backup-pages.ts';
import { askEach, type ServerAnswer } from './rows.ts';

const input = z.strictObject({
  guest: z.string().min(1).optional().describe('VMID, id or part of a name; shows each backup'),
  datastore: z.string().min(1).optional().describe('Datastore'),
  namespace: z.string().optional().describe('Namespace; empty: root'),
  type: z.enum(['vm', 'ct', 'host']).optional().describe('VMs, containers or hosts'),
  state: z
    .enum(['overdue', 'failed-verification', 'never-verified', 'unencrypted', 'retired'])
    .optional()
    .describe('Only in this trouble'),
  ...pageInput(),
});
type Filter = z.output<typeof input>;

const output = z.object({
  groups: z.array(GroupRow),
  ...pageOutput,
  newestAgeSeconds: z.number().optional(),
  overdue: z.int(),
  failedVerification: z.int(),
  neverVerified: z.int().describe('Groups whose newest is not verified'),
  namespaces: z.int().describe('Walked'),
  snapshots: z.array(SnapshotRow),
  snapshotsTotal: z.int(),
  gaps: Gaps,
});

/** What one server has that the filter lets through. */
interface Listing {
  groups: BackupGroup[];
  snapshots: (Snapshot & NamespaceRef)[];
  stores: string[];
  namespaces: number;
  now: number;
}

/** Backups that have been running for longer than this have not. */
const runningForMs = 2 * day;

async function readBackups(
  server: Pbs,
  filter: Filter,
  without: ReadonlySet<string>,
): Promise<ServerAnswer<Listing>> {
  const { part, gaps } = collectGaps({ without });
  const listed = server.datastores();
  const [datastores, usage, permissions, syncJobs] = await Promise.all([
    listed,
    readUsage(server, part, listed),
    part('what the token may see', () => server.permissions()),
    part('sync jobs', () => server.syncJobs(), { part: 'sync' }),
  ]);
  await reportHidden(
    part,
    permissions,
    server.settings.tokenId,
    ({ privilege }) => privilege === 'Datastore.Audit',
  );
  const stores = storesOf(datastores, usage, noJobs, server.now());
  const chosen = stores.filter(
    ({ name }) => filter.datastore === undefined || name === filter.datastore,
  );
  for (const { name, reason } of chosen.filter((store) => !isReadable(store)))
    gaps.push({ what: `backups in ${name}`, why: reason ?? 'not available' });
  const tasks = seesAllTasks(permissions)
    ? await part('running backups', () => server.tasks(server.now() - runningForMs, true))
    : undefined;
  const { namespace, guest } = filter;
  const listing = await listGroups(
    server,
    part,
    chosen,
    { tasks, syncJobs },
    {
      namespace,
      guest,
    },
  );
  if (listing.unread > 0)
    gaps.push({
      what: `rhythm, verification and encryption of ${plural(listing.unread, 'group')}`,
      why: `there are more than ${server.settings.listSnapshots} backups in a namespace; name a guest by its id, or raise PBS_LIST_SNAPSHOTS`,
    });
  const groups = listing.groups.filter((group) => matches(group, filter));
  return {
    value: {
      groups,
      snapshots: guest === undefined ? [] : snapshotsOf(groups, listing),
      stores: stores.map(({ name }) => name),
      namespaces: listing.namespaces.length,
      now: server.now(),
    },
    gaps,
  };
}

function matches(group: BackupGroup, { guest, type, state }: Filter): boolean {
  const isInState = {
    overdue: group.timing === 'overdue',
    'failed-verification': group.failedVerifications > 0,
    'never-verified': group.verified === 'never',
    unencrypted: ['none', 'partly', 'mixed', 'signed'].includes(group.encryption),
    retired: group.timing === 'retired',
  };
  return (
    (guest === undefined ||
      group.id === guest ||
      (group.name?.toLowerCase().includes(guest.toLowerCase()) ?? false)) &&
    (type === undefined || group.type === type) &&
    (state === undefined || isInState[state])
  );
}

/** The single backups of these groups. */
function snapshotsOf(
  groups: readonly BackupGroup[],
  listing: GroupListing,
): (Snapshot & NamespaceRef)[] {
  const keyOf = (ref: NamespaceRef, { type, id }: { type: string; id: string }): string =>
    `${namespacePath(ref)}:${type}/${id}`;
  const keys = new Set(groups.map((group) => keyOf(group, group)));
  return listing.snapshots
    .filter((ref) => keys.has(keyOf(ref, ref.group)))
    .flatMap(({ store, namespace, snapshots = [] }) =>
      snapshots.map((snapshot) => ({ ...snapshot, store, namespace })),
    );
}

/** What is in trouble comes first, 0 the worst. */
function rankOf({ timing, verified }: BackupGroup): number {
  if (timing === 'overdue') return 0;
  if (verified === 'failed') return 1;
  if (timing === 'none') return 2;
  return timing === 'retired' ? 3 : 4;
}

export const listBackups = read({
  name: 'pbs_list_backups',
  title: 'List backups',
  description:
    'List backups per guest in Proxmox Backup Server, in trouble first: last good one, usual rhythm, count, verification, encryption.',
  example: { guest: 'n8n' },
  input,
  output,
  rows: 'groups',
  narrow: 'filter by guest, datastore, namespace, type or state',
  async run(filter, servers) {
    const { answers, gaps } = await askEach(servers, (server) =>
      readBackups(server, filter, servers.without),
    );
    const names = [...new Set(answers.flatMap(({ value }) => value.stores))];
    if (filter.datastore !== undefined && !names.includes(filter.datastore))
      throw unknownStore(filter.datastore, names);
    const listed = answers
      .flatMap(({ instance, value: { groups, now } }) =>
        groups.map((group) => ({ ...group, instance, now })),
      )
      .sort((a, b) => rankOf(a) - rankOf(b));
    const singles = answers
      .flatMap(({ instance, value }) => value.snapshots.map((row) => ({ ...row, instance })))
      .sort((a, b) => b.at - a.at);
    const { groups, snapshots, ...pages } = pagesOf(listed, singles, filter);
    let namespaces = 0;
    for (const { value } of answers) namespaces += value.namespaces;
    return {
      groups: groups.map(groupRow),
      ...pages,
      ...summary(listed),
      namespaces,
      snapshots: snapshots.map(snapshotRow),
      snapshotsTotal: singles.length,
      gaps,
    };
  },
  text: ({ groups, snapshots, snapshotsTotal, gaps, ...counts }) =>
    lines(
      verdict(counts),
      groupTable(groups),
      snapshots.length > 0 && 'Single backups, newest first:',
      snapshotTable(snapshots),
      snapshots.length > 0 &&
        snapshotsTotal > snapshots.length &&
        `${snapshots.length} of ${plural(snapshotsTotal, 'single backup')} shown.`,
      gapsText(gaps),
    ),
});

function summary(groups: readonly ListedGroup[]) {
  const count = (isCounted: (group: BackupGroup) => boolean): number =>
    groups.filter(isCounted).length;
  const newest = Math.min(
    ...groups.flatMap(({ lastAt, now }) => (lastAt === undefined ? [] : [now - lastAt])),
  );
  return {
    ...(Number.isFinite(newest) && { newestAgeSeconds: Math.round(newest / second) }),
    overdue: count(({ timing }) => timing === 'overdue'),
    failedVerification: count(({ failedVerifications }) => failedVerifications > 0),
    neverVerified: count(({ verified }) => verified === 'never'),
  };
}

function verdict(
  counts: Omit<z.output<typeof output>, 'groups' | 'snapshots' | 'snapshotsTotal' | 'gaps'>,
): string {
  const { total, newestAgeSeconds, overdue, failedVerification, neverVerified } = counts;
  const namespaces = plural(counts.namespaces, 'namespace');
  if (total === 0) return `No backup matches in ${namespaces}.`;
  const newest =
    newestAgeSeconds === undefined ? '' : `, the newest backup ${duration(newestAgeSeconds)} old`;
  return `${plural(total, 'group')} in ${namespaces}${newest}: ${overdue} overdue, ${failedVerification} with a failed verification, ${neverVerified} with the newest not verified yet.`;
}
