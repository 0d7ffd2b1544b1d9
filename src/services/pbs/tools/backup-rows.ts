import * as z from 'zod';
import { bytes, duration, iso, second } from '../../../core/base/units.ts';
import { Instance, instanceColumn } from '../../../core/instances.ts';
import type { NamespaceRef } from '../client.ts';
import { timings, verificationOf, verifications, type BackupGroup } from '../group-state.ts';
import { namespacePath } from '../namespaces.ts';
import type { Snapshot } from '../schema/backup.ts';
import { Bytes, filledTable, isoOrNone, Time } from './rows.ts';

/** Output: all backups of one guest in one namespace. */
export const GroupRow = z.object({
  instance: Instance,
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
  verification: z.enum(verifications).describe('Of the newest'),
  verifiedAt: Time,
  failedVerifications: z.int(),
  encryption: z.enum(['encrypted', 'partly', 'signed', 'none', 'unknown', 'mixed']),
  bytes: Bytes.describe('Logical size of the newest'),
});
type GroupRow = z.output<typeof GroupRow>;

/** Output: one backup. */
export const SnapshotRow = z.object({
  instance: Instance,
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
type SnapshotRow = z.output<typeof SnapshotRow>;

/** A group, the server it is on where there are several, and the time there. */
export type ListedGroup = BackupGroup & { instance: string | undefined; now: number };
/** A backup, and where it lies. */
export type ListedSnapshot = Snapshot & NamespaceRef & { instance: string | undefined };

const wholeSeconds = (ms: number): number => Math.round(ms / second);

/** The output row of a group. */
export const groupRow = ({ now, ...group }: ListedGroup): z.input<typeof GroupRow> => ({
  instance: group.instance,
  datastore: group.store,
  namespace: group.namespace,
  type: group.type,
  id: group.id,
  name: group.name,
  owner: group.owner,
  lastGoodAt: isoOrNone(group.goodAt),
  ageSeconds: group.goodAt === undefined ? undefined : wholeSeconds(now - group.goodAt),
  usualWaitSeconds: group.intervalMs === undefined ? undefined : wholeSeconds(group.intervalMs),
  timing: group.timing,
  count: group.count,
  unfinished: group.unfinished,
  protected: group.protected,
  verification: group.verified,
  verifiedAt: isoOrNone(group.verifiedAt),
  failedVerifications: group.failedVerifications,
  encryption: group.encryption,
  bytes: group.bytes,
});

/** The output row of one backup. */
export const snapshotRow = (snapshot: ListedSnapshot): z.input<typeof SnapshotRow> => ({
  instance: snapshot.instance,
  datastore: snapshot.store,
  namespace: snapshot.namespace,
  type: snapshot.type,
  id: snapshot.id,
  at: iso(snapshot.at),
  finished: snapshot.bytes !== undefined,
  bytes: snapshot.bytes,
  verification: verificationOf(snapshot),
  verifiedAt: isoOrNone(snapshot.verification?.at),
  encryption: snapshot.encryption,
  protected: snapshot.protected,
});

export const groupTable = (groups: readonly GroupRow[]): string =>
  filledTable(groups, {
    ...instanceColumn(groups, 'server'),
    datastore: (row) => row.datastore,
    namespace: (row) => row.namespace || '(root)',
    guest: (row) => `${row.type}/${row.id}`,
    name: (row) => row.name,
    'last good': (row) => row.lastGoodAt ?? 'none',
    age: (row) => row.ageSeconds && duration(row.ageSeconds),
    'usually every': (row) => row.usualWaitSeconds && duration(row.usualWaitSeconds),
    timing: (row) => row.timing,
    count: countText,
    verified: verifiedText,
    encryption: (row) => row.encryption,
    size: (row) => row.bytes && bytes(row.bytes),
    owner: (row) => row.owner,
  });

const countText = ({ count, unfinished, protected: kept }: GroupRow): string =>
  [count, unfinished > 0 && `+${unfinished} unfinished`, kept > 0 && `(${kept} protected)`]
    .filter((part) => part !== false)
    .join(' ');

const verifiedText = ({ verification, verifiedAt, failedVerifications }: GroupRow): string =>
  [
    verification,
    verifiedAt?.slice(0, 10),
    failedVerifications > 0 && `(${failedVerifications} failed)`,
  ]
    .filter(Boolean)
    .join(' ');

export const snapshotTable = (snapshots: readonly SnapshotRow[]): string =>
  filledTable(snapshots, {
    ...instanceColumn(snapshots, 'server'),
    in: (row) => namespacePath({ store: row.datastore, namespace: row.namespace }),
    guest: (row) => `${row.type}/${row.id}`,
    at: (row) => row.at,
    state: (row) => (row.finished ? 'finished' : 'unfinished: running or broken off'),
    size: (row) => row.bytes && bytes(row.bytes),
    verified: (row) => [row.verification, row.verifiedAt].filter(Boolean).join(' '),
    encryption: (row) => row.encryption,
    protected: (row) => (row.protected ? 'yes' : undefined),
  });
