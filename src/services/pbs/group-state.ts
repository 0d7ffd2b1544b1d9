import { day } from '../../core/base/units.ts';
import { isOverdue, usualInterval } from './backup-interval.ts';
import type { NamespaceRef } from './client.ts';
import type { Encryption, Group, Snapshot } from './schema/backup.ts';

/** All backups of one guest in one namespace. `snapshots`, newest first, is undefined where they were too many to be read. */
export interface GroupSnapshots extends NamespaceRef {
  group: Pick<Group, 'type' | 'id' | 'lastAt' | 'count' | 'owner' | 'comment'>;
  snapshots: readonly Snapshot[] | undefined;
}

/** `retired`: long without a new one. `archived`: the same, and what is left is protected. `moved`: newer ones are in another place. `copy`: a sync job made it, and it holds what that could bring at its last run. `running`: one is being made now. `not-read`: its backups were too many, so that only its age is known. */
export const timings = [
  'on-time',
  'overdue',
  'running',
  'retired',
  'archived',
  'moved',
  'copy',
  'too-few',
  'none',
  'not-read',
] as const;
export type Timing = (typeof timings)[number];

/** What the newest good backup says of itself; `not-read` where the snapshots were too many. */
export const verifications = ['ok', 'failed', 'never', 'not-read'] as const;
export type Verification = (typeof verifications)[number];

/** How the backups of one guest stand. Times ms since the epoch. `at` of a verification is when its task started. */
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
  /** Between its backups, in ms. */
  intervalMs: number | undefined;
  timing: Timing;
  /** Where the same backups lie that this is a copy of, if that can be seen. */
  copyOf: string | undefined;
  verified: Verification;
  verifiedAt: number | undefined;
  /** The newest verification of any of them that went well. */
  lastVerifiedAt: number | undefined;
  failedVerifications: number;
  oldestAt: number | undefined;
  encryption: Encryption | 'mixed';
  bytes: number | undefined;
}

/** What a group is judged against: the time, and after how long a guest counts as retired. `isBusy` tells whether a backup of a group runs, if that is known. */
export interface GroupContext {
  now: number;
  retiredDays: number;
  isBusy: (store: string, type: string, id: string) => boolean | undefined;
}

/** A backup that is unfinished for longer than this was broken off. */
const longestBackupMs = 2 * day;

/** Only backups with a manifest count; without the snapshots, those that the group itself counts. */
export function describeGroup(
  { store, namespace, group, snapshots }: GroupSnapshots,
  context: GroupContext,
): BackupGroup {
  const finished = snapshots?.filter(({ bytes }) => bytes !== undefined);
  const [last] = finished ?? [];
  const lastAt = finished ? last?.at : group.lastAt;
  const intervalMs = finished && usualInterval(finished.map(({ at }) => at));
  const isRunning =
    context.isBusy(store, group.type, group.id) ??
    snapshots?.some(({ bytes, at }) => bytes === undefined && context.now - at < longestBackupMs) ??
    false;
  const passedAt = (finished ?? []).flatMap(({ verification }) =>
    verification?.ok && verification.at !== undefined ? [verification.at] : [],
  );
  return {
    store,
    namespace,
    type: group.type,
    id: group.id,
    name: last?.comment ?? group.comment,
    owner: group.owner ?? last?.owner,
    lastAt,
    goodAt: finished
      ? finished.find(({ verification }) => verification?.ok !== false)?.at
      : group.lastAt,
    count: finished?.length ?? group.count,
    unfinished: (snapshots?.length ?? 0) - (finished?.length ?? 0),
    protected: finished?.filter((snapshot) => snapshot.protected).length ?? 0,
    intervalMs,
    copyOf: undefined,
    timing: isRunning ? 'running' : timingOf(finished, lastAt, intervalMs, context),
    verified: finished ? verificationOf(last) : 'not-read',
    verifiedAt: last?.verification?.at,
    lastVerifiedAt: passedAt.length > 0 ? Math.max(...passedAt) : undefined,
    failedVerifications:
      finished?.filter(({ verification }) => verification?.ok === false).length ?? 0,
    oldestAt: finished?.at(-1)?.at,
    encryption: encryptionOf(finished ?? []),
    bytes: last?.bytes,
  };
}

function timingOf(
  finished: readonly Snapshot[] | undefined,
  lastAt: number | undefined,
  intervalMs: number | undefined,
  { now, retiredDays }: GroupContext,
): Timing {
  if (lastAt === undefined) return 'none';
  const age = now - lastAt;
  if (age > retiredDays * day && (intervalMs === undefined || age > 3 * intervalMs))
    return finished && finished.length > 0 && finished.every((snapshot) => snapshot.protected)
      ? 'archived'
      : 'retired';
  if (intervalMs === undefined) return finished ? 'too-few' : 'not-read';
  return isOverdue(age, intervalMs) ? 'overdue' : 'on-time';
}

/** What is known of a single snapshot, or of none. */
export function verificationOf(
  snapshot: Pick<Snapshot, 'verification'> | undefined,
): 'ok' | 'failed' | 'never' {
  if (!snapshot?.verification) return 'never';
  return snapshot.verification.ok ? 'ok' : 'failed';
}

function encryptionOf(snapshots: readonly Snapshot[]): BackupGroup['encryption'] {
  const kinds = new Set(snapshots.map(({ encryption }) => encryption));
  return kinds.size > 1 ? 'mixed' : ([...kinds][0] ?? 'unknown');
}

/** A guest that moved to another namespace or datastore is not overdue in the old one. The same number alone is no proof: several clusters may share it. */
export const withMovesMarked = (groups: readonly BackupGroup[]): BackupGroup[] =>
  groups.map((group) => (isMoved(group, groups) ? { ...group, timing: 'moved' } : group));

function isMoved({ type, id, name, timing }: BackupGroup, groups: readonly BackupGroup[]): boolean {
  if ((timing !== 'overdue' && timing !== 'retired') || name === undefined) return false;
  return groups.some(
    (other) =>
      other.timing === 'on-time' && other.type === type && other.id === id && other.name === name,
  );
}

/** `ct/30062 (n8n)`. */
export const groupTitle = ({ type, id, name }: Pick<BackupGroup, 'type' | 'id' | 'name'>): string =>
  `${type}/${id}${name ? ` (${name})` : ''}`;
