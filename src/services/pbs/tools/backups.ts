import * as z from 'zod';
import { Gaps, gapsText, collectGaps, type Gap } from '../../../core/gap.ts';
import { cut, Limit, lines, omitted } from '../../../core/base/table.ts';
import { bytes, duration, iso, plural } from '../../../core/base/units.ts';
import { read, type Pbs } from '../client.ts';
import { reportHidden } from '../gaps.ts';
import { namespacePath, type BackupGroup } from '../group-state.ts';
import { inventoryOf } from '../group-listing.ts';
import { hasPrivilege } from '../rights.ts';
import type { Snapshot } from '../schema/backup.ts';
import { isReadable, noJobs, storesOf } from '../datastores.ts';
import { unknownStore } from './datastores.ts';
import { Bytes, filled, fromEach, Server, Time, when } from './rows.ts';

const timings = [
  'on-time',
  'overdue',
  'running',
  'retired',
  'archived',
  'moved',
  'too-few',
  'none',
  'not-read',
] as const;
const states = [
  'overdue',
  'failed-verification',
  'never-verified',
  'unencrypted',
  'retired',
] as const;

const input = z.strictObject({
  guest: z.string().min(1).optional().describe('VMID, id or part of a name; shows each backup'),
  datastore: z.string().min(1).optional().describe('Datastore'),
  namespace: z.string().optional().describe('Namespace; empty: root'),
  type: z.enum(['vm', 'ct', 'host']).optional().describe('VMs, containers or hosts'),
  state: z.enum(states).optional().describe('Only in this trouble'),
  limit: Limit,
});
type Filter = z.output<typeof input>;

const Row = z.object({
  instance: Server,
  datastore: z.string(),
  namespace: z.string().describe('Empty: the root'),
  type: z.string(),
  id: z.string(),
  name: z.string().optional(),
  owner: z.string().optional(),
  lastGoodAt: Time.describe('Finished, and no failed verification'),
  ageSeconds: z.number().optional(),
  usualWaitSeconds: z.number().optional().describe('Between its backups, from the newest ones'),
  timing: z.enum(timings),
  count: z.int(),
  unfinished: z.int(),
  protected: z.int(),
  verification: z.enum(['ok', 'failed', 'never', 'not-read']).describe('Of the newest'),
  verifiedAt: Time,
  failedVerifications: z.int(),
  encryption: z.enum(['encrypted', 'partly', 'signed', 'none', 'unknown', 'mixed']),
  bytes: Bytes.describe('Logical size of the newest'),
});
const SnapshotRow = z.object({
  instance: Server,
  datastore: z.string(),
  namespace: z.string(),
  type: z.string(),
  id: z.string(),
  at: z.string(),
  finished: z.boolean(),
  bytes: Bytes,
  verification: z.enum(['ok', 'failed', 'never']),
  verifiedAt: Time,
  encryption: z.enum(['encrypted', 'partly', 'signed', 'none', 'unknown']),
  protected: z.boolean(),
});

const output = z.object({
  groups: z.array(Row),
  total: z.int(),
  newestAgeSeconds: z.number().optional(),
  overdue: z.int(),
  failedVerification: z.int(),
  neverVerified: z.int().describe('Groups whose newest is not verified'),
  namespaces: z.int().describe('Walked'),
  snapshots: z.array(SnapshotRow),
  snapshotsTotal: z.int(),
  notChecked: Gaps,
});

interface Listing {
  backups: BackupGroup[];
  snapshots: (Snapshot & { store: string; namespace: string })[];
  stores: string[];
  namespaces: number;
  now: number;
}

async function one(pbs: Pbs, filter: Filter): Promise<{ value: Listing; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const [datastores, usage, permissions] = await Promise.all([
    pbs.datastores(),
    pbs.usage(),
    part('what the token may see', () => pbs.permissions()),
  ]);
  await reportHidden(
    part,
    permissions,
    pbs.settings.tokenId,
    ({ privilege }) => privilege === 'Datastore.Audit',
  );
  const all = storesOf(datastores, usage, noJobs, pbs.now());
  const stores = all.filter(
    ({ name }) => filter.datastore === undefined || name === filter.datastore,
  );
  for (const { name, reason } of stores.filter((store) => !isReadable(store)))
    gaps.push({ what: `backups in ${name}`, why: reason ?? 'not available' });
  const tasks =
    !permissions || hasPrivilege(permissions, '/system/tasks', 'Sys.Audit')
      ? await part('running backups', () => pbs.tasks(pbs.now() - 2 * 86_400_000, true))
      : undefined;
  const { backups, found, namespaces, unread } = await inventoryOf(pbs, part, stores, tasks, {
    namespace: filter.namespace,
    guest: filter.guest,
  });
  if (unread > 0)
    gaps.push({
      what: `rhythm, verification and encryption of ${plural(unread, 'group')}`,
      why: `there are more than ${pbs.settings.listSnapshots} backups in a namespace; name a guest by its id, or raise PBS_LIST_SNAPSHOTS`,
    });
  const shown = backups.filter((group) => matches(group, filter));
  const keys = new Set(shown.map((group) => `${namespacePath(group)}:${group.type}/${group.id}`));
  const snapshots =
    filter.guest === undefined
      ? []
      : found.flatMap(({ store, namespace, group, snapshots: own = [] }) =>
          keys.has(`${namespacePath({ store, namespace })}:${group.type}/${group.id}`)
            ? own.map((row) => ({ ...row, store, namespace }))
            : [],
        );
  return {
    value: {
      backups: shown,
      snapshots,
      stores: all.map(({ name }) => name),
      namespaces: namespaces.length,
      now: pbs.now(),
    },
    gaps,
  };
}

function matches(group: BackupGroup, { guest, type, state }: Filter): boolean {
  const inState = {
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
    (state === undefined || inState[state])
  );
}

const weight = ({ timing, verified }: BackupGroup): number =>
  timing === 'overdue'
    ? 0
    : verified === 'failed'
      ? 1
      : timing === 'none'
        ? 2
        : timing === 'retired'
          ? 3
          : 4;

export const listBackups = read({
  name: 'pbs_list_backups',
  title: 'List backups',
  description:
    'List backups per guest in Proxmox Backup Server, in trouble first: last good one, usual rhythm, count, verification, encryption.',
  example: { guest: 'n8n' },
  input,
  output,
  async run(filter, servers) {
    const { told, gaps } = await fromEach(servers, (pbs) => one(pbs, filter));
    const names = [...new Set(told.flatMap(({ value }) => value.stores))];
    if (filter.datastore !== undefined && !names.includes(filter.datastore))
      throw unknownStore(filter.datastore, names);
    const all = told
      .flatMap(({ instance, value }) =>
        value.backups.map((group) => ({ ...group, instance, now: value.now })),
      )
      .sort((a, b) => weight(a) - weight(b));
    const groups = cut(all, filter.limit);
    const snapshots = cut(
      told
        .flatMap(({ instance, value }) => value.snapshots.map((row) => ({ ...row, instance })))
        .sort((a, b) => b.at - a.at),
      filter.limit,
    );
    return {
      groups: groups.rows.map(groupRow),
      total: groups.total,
      ...summary(all),
      namespaces: told.reduce((sum, { value }) => sum + value.namespaces, 0),
      snapshots: snapshots.rows.map(snapshotRow),
      snapshotsTotal: snapshots.total,
      notChecked: gaps,
    };
  },
  text: ({ groups, snapshots, snapshotsTotal, notChecked, ...counts }) =>
    lines(
      verdict(counts),
      filled(groups, {
        server: (row) => row.instance,
        datastore: (row) => row.datastore,
        namespace: (row) => row.namespace || '(root)',
        guest: (row) => `${row.type}/${row.id}`,
        name: (row) => row.name,
        'last good': (row) => row.lastGoodAt ?? 'none',
        age: (row) => row.ageSeconds && duration(row.ageSeconds),
        'usually every': (row) => row.usualWaitSeconds && duration(row.usualWaitSeconds),
        timing: (row) => row.timing,
        count: (row) => countText(row),
        verified: (row) => verifiedText(row),
        encryption: (row) => row.encryption,
        size: (row) => row.bytes && bytes(row.bytes),
        owner: (row) => row.owner,
      }),
      omitted(groups.length, counts.total, 'filter by guest, datastore, namespace, type or state'),
      snapshots.length > 0 && 'Single backups, newest first:',
      filled(snapshots, {
        server: (row) => row.instance,
        in: (row) => namespacePath({ store: row.datastore, namespace: row.namespace }),
        guest: (row) => `${row.type}/${row.id}`,
        at: (row) => row.at,
        state: (row) => (row.finished ? 'finished' : 'unfinished: running or broken off'),
        size: (row) => row.bytes && bytes(row.bytes),
        verified: (row) => [row.verification, row.verifiedAt].filter(Boolean).join(' '),
        encryption: (row) => row.encryption,
        protected: (row) => (row.protected ? 'yes' : undefined),
      }),
      omitted(snapshots.length, snapshotsTotal, 'name the datastore and namespace'),
      gapsText(notChecked),
    ),
});

const groupRow = ({
  store,
  namespace,
  lastAt: _,
  goodAt,
  intervalMs,
  verified,
  verifiedAt,
  lastVerifiedAt: __,
  oldestAt: ___,
  now,
  ...row
}: BackupGroup & { instance: string | undefined; now: number }): z.input<typeof Row> => ({
  ...row,
  datastore: store,
  namespace,
  lastGoodAt: when(goodAt),
  ageSeconds: goodAt === undefined ? undefined : Math.round((now - goodAt) / 1_000),
  usualWaitSeconds: intervalMs === undefined ? undefined : Math.round(intervalMs / 1_000),
  verification: verified,
  verifiedAt: when(verifiedAt),
});

const snapshotRow = ({
  store,
  at,
  verification,
  ...row
}: Listing['snapshots'][number] & { instance: string | undefined }): z.input<
  typeof SnapshotRow
> => ({
  instance: row.instance,
  datastore: store,
  namespace: row.namespace,
  type: row.type,
  id: row.id,
  at: iso(at),
  finished: row.bytes !== undefined,
  bytes: row.bytes,
  verification: !verification ? 'never' : verification.ok ? 'ok' : 'failed',
  verifiedAt: when(verification?.at),
  encryption: row.encryption,
  protected: row.protected,
});

function summary(all: readonly (BackupGroup & { now: number })[]) {
  const count = (of: (group: BackupGroup) => boolean): number => all.filter(of).length;
  const newest = Math.min(
    ...all.flatMap(({ lastAt, now }) => (lastAt === undefined ? [] : [now - lastAt])),
  );
  return {
    ...(Number.isFinite(newest) && { newestAgeSeconds: Math.round(newest / 1_000) }),
    overdue: count(({ timing }) => timing === 'overdue'),
    failedVerification: count(({ failedVerifications }) => failedVerifications > 0),
    neverVerified: count(({ verified }) => verified === 'never'),
  };
}

const verdict = ({
  total,
  newestAgeSeconds,
  overdue,
  failedVerification,
  neverVerified,
  namespaces,
}: Pick<
  z.output<typeof output>,
  'total' | 'newestAgeSeconds' | 'overdue' | 'failedVerification' | 'neverVerified' | 'namespaces'
>): string =>
  total === 0
    ? `No backup matches in ${plural(namespaces, 'namespace')}.`
    : `${plural(total, 'group')} in ${plural(namespaces, 'namespace')}${newestAgeSeconds === undefined ? '' : `, the newest backup ${duration(newestAgeSeconds)} old`}: ${overdue} overdue, ${failedVerification} with a failed verification, ${neverVerified} with the newest not verified yet.`;

const countText = ({ count, unfinished, protected: kept }: z.output<typeof Row>): string =>
  [count, unfinished > 0 && `+${unfinished} unfinished`, kept > 0 && `(${kept} protected)`]
    .filter((part) => part !== false)
    .join(' ');

const verifiedText = ({
  verification,
  verifiedAt,
  failedVerifications,
}: z.output<typeof Row>): string =>
  [
    verification,
    verifiedAt?.slice(0, 10),
    failedVerifications > 0 && `(${failedVerifications} failed)`,
  ]
    .filter(Boolean)
    .join(' ');
