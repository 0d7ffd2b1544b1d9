import type { NamespaceRef } from './client.ts';
import { isOverdue, usualInterval } from './backup-interval.ts';
import type { Encryption, Group, Snapshot } from './schema/backup.ts';

/** All backups of one guest in one place. `snapshots`, newest first, is undefined where they were too many to be read. */
export interface GroupSnapshots extends NamespaceRef {
  group: Pick<Group, 'type' | 'id' | 'lastAt' | 'count' | 'owner' | 'comment'>;
  snapshots: readonly Snapshot[] | undefined;
}

/** `retired`: long without a new one. `archived`: the same, and what is left is protected. `moved`: newer ones are in another place. `running`: one is being made now. `not-read`: its backups were too many, so that only its age is known. */
export type Timing =
  | 'on-time'
  | 'overdue'
  | 'running'
  | 'retired'
  | 'archived'
  | 'moved'
  | 'too-few'
  | 'none'
  | 'not-read';

/** What the newest good backup says of itself; `not-read` where the snapshots were too many. */
export type Verified = 'ok' | 'failed' | 'never' | 'not-read';

/** Times ms. `at` of a verification is when its task started. */
export interface BackupGroup extends NamespaceRef {
  type: string;
  id: string;
  name: string | undefined;
  owner: string | undefined;
  /** The newest that was finished. */
  lastAt: number | undefined;
  /** The newest that was finished and has not failed verification: what could be restored. */
  goodAt: number | undefined;
  count: number;
  /** Without a manifest: running, or broken off. */
  unfinished: number;
  protected: number;
  intervalMs: number | undefined;
  timing: Timing;
  verified: Verified;
  verifiedAt: number | undefined;
  /** The newest verification of any of them that went well. */
  lastVerifiedAt: number | undefined;
  failedVerifications: number;
  oldestAt: number | undefined;
  encryption: Encryption | 'mixed';
  bytes: number | undefined;
}

const day = 24 * 3_600_000;

/** What is judged against: the time, and after how long a guest counts as retired. `busy` tells whether a backup of a group runs, if that is known. */
export interface GroupContext {
  now: number;
  retiredDays: number;
  busy: (store: string, type: string, id: string) => boolean | undefined;
}

/** Only backups with a manifest count; without the snapshots, those that the group itself counts. */
export function describeGroup(
  { store, namespace, group, snapshots }: GroupSnapshots,
  moment: GroupContext,
): BackupGroup {
  const good = snapshots?.filter(({ bytes }) => bytes !== undefined);
  const [last] = good ?? [];
  const lastAt = good ? last?.at : group.lastAt;
  const intervalMs = good && usualInterval(good.map(({ at }) => at));
  const running =
    moment.busy(store, group.type, group.id) ??
    snapshots?.some(({ bytes, at }) => bytes === undefined && moment.now - at < 2 * day) ??
    false;
  const passed =
    good?.flatMap(({ verification }) =>
      verification?.ok && verification.at !== undefined ? [verification.at] : [],
    ) ?? [];
  return {
    store,
    namespace,
    type: group.type,
    id: group.id,
    name: last?.comment ?? group.comment,
    owner: group.owner ?? last?.owner,
    lastAt,
    goodAt: good ? good.find(({ verification }) => verification?.ok !== false)?.at : group.lastAt,
    count: good?.length ?? group.count,
    unfinished: (snapshots?.length ?? 0) - (good?.length ?? 0),
    protected: good?.filter((one) => one.protected).length ?? 0,
    intervalMs,
    timing: running ? 'running' : timingOf(good, lastAt, intervalMs, moment),
    verified: !good
      ? 'not-read'
      : !last?.verification
        ? 'never'
        : last.verification.ok
          ? 'ok'
          : 'failed',
    verifiedAt: last?.verification?.at,
    lastVerifiedAt: passed.length > 0 ? Math.max(...passed) : undefined,
    failedVerifications: good?.filter(({ verification }) => verification?.ok === false).length ?? 0,
    oldestAt: good?.at(-1)?.at,
    encryption: encryptionOf(good ?? []),
    bytes: last?.bytes,
  };
}

function timingOf(
  good: readonly Snapshot[] | undefined,
  lastAt: number | undefined,
  intervalMs: number | undefined,
  { now, retiredDays }: GroupContext,
): Timing {
  if (lastAt === undefined) return 'none';
  const age = now - lastAt;
  if (age > retiredDays * day && (intervalMs === undefined || age > 3 * intervalMs))
    return good && good.length > 0 && good.every((one) => one.protected) ? 'archived' : 'retired';
  if (intervalMs === undefined) return good ? 'too-few' : 'not-read';
  return isOverdue(age, intervalMs) ? 'overdue' : 'on-time';
}

const encryptionOf = (good: readonly Snapshot[]): BackupGroup['encryption'] => {
  const kinds = new Set(good.map(({ encryption }) => encryption));
  return kinds.size > 1 ? 'mixed' : ([...kinds][0] ?? 'unknown');
};

/** A guest that moved to another namespace or datastore is not overdue in the old one. The same number alone is no proof: several clusters may share it. */
export function withMovesMarked(all: readonly BackupGroup[]): BackupGroup[] {
  return all.map((one) => {
    const elsewhere =
      (one.timing === 'overdue' || one.timing === 'retired') &&
      one.name !== undefined &&
      all.some(
        (other) =>
          other.timing === 'on-time' &&
          other.type === one.type &&
          other.id === one.id &&
          other.name === one.name,
      );
    return elsewhere ? { ...one, timing: 'moved' } : one;
  });
}

/** `main/pve:ct/30062`. */
export const namespacePath = ({ store, namespace }: NamespaceRef): string =>
  namespace ? `${store}/${namespace}` : store;
export const groupTitle = ({ type, id, name }: Pick<BackupGroup, 'type' | 'id' | 'name'>): string =>
  `${type}/${id}${name ? ` (${name})` : ''}`;
