import type { Check } from '../../core/health.ts';
import type { Pbs, NamespaceRef } from './client.ts';
import {
  describeGroup,
  namespacePath,
  withMovesMarked,
  type BackupGroup,
  type GroupSnapshots,
  type GroupContext,
} from './group-state.ts';
import type { Group, Snapshot } from './schema/backup.ts';
import type { Task } from './schema/task.ts';
import { isReadable, type Store } from './datastores.ts';

/** Which backups are wanted. `guest` is an id, or part of a name. */
export interface Wanted {
  namespace?: string | undefined;
  guest?: string | undefined;
}

/** Every group in every namespace. `unread` groups were too many to be read snapshot by snapshot, and are known by count and age only. */
export interface Inventory {
  backups: BackupGroup[];
  found: GroupSnapshots[];
  namespaces: NamespaceRef[];
  unread: number;
}

const hour = 3_600_000;
/** A group older than this may be overdue: its snapshots are read even where all would be too many, the most behind first. */
const doubtfulMs = 26 * hour;
const mostDoubtful = 100;

/** `groups` and `snapshots` list one namespace each, so every namespace is walked. */
export async function inventoryOf(
  one: Pbs,
  check: Check,
  stores: readonly Pick<Store, 'name' | 'availability'>[],
  tasks: readonly Task[] | undefined,
  wanted: Wanted = {},
): Promise<Inventory> {
  const open = stores.filter(isReadable);
  const listed = await Promise.all(
    open.map(
      async ({ name: store }) =>
        (await check(`namespaces of ${store}`, () => one.namespaces(store)))?.map(
          (namespace): NamespaceRef => ({ store, namespace }),
        ) ?? [],
    ),
  );
  const namespaces = listed
    .flat()
    .filter(({ namespace }) => wanted.namespace === undefined || namespace === wanted.namespace);
  const found = (
    await Promise.all(namespaces.map((ref) => inPlace(one, check, ref, wanted.guest)))
  ).flat();
  const moment = groupContext(one, tasks);
  const backups = withMovesMarked(found.map((group) => describeGroup(group, moment)));
  return { backups, found, namespaces, unread: found.filter(({ snapshots }) => !snapshots).length };
}

/** Without the tasks nobody knows whether an unfinished backup still runs. A worker's id names no namespace (api2/backup/mod.rs). */
const groupContext = (one: Pbs, tasks: readonly Task[] | undefined): GroupContext => ({
  now: one.now(),
  retiredDays: one.settings.retiredDays,
  busy: (store, type, id) =>
    tasks?.some(
      (task) =>
        task.outcome === 'running' &&
        task.type === 'backup' &&
        task.subject === `${store}:${type}/${id}`,
    ),
});

async function inPlace(
  one: Pbs,
  check: Check,
  ref: NamespaceRef,
  guest: string | undefined,
): Promise<GroupSnapshots[]> {
  const where = namespacePath(ref);
  const groups = await check(`backups in ${where}`, () => one.groups(ref));
  if (!groups) return [];
  const byId = guest !== undefined && groups.some(({ id }) => id === guest);
  const asked = byId ? groups.filter(({ id }) => id === guest) : groups;
  const budget = asked.reduce((sum, { count }) => sum + count, 0) <= one.settings.listSnapshots;
  const chosen = budget
    ? asked
    : asked
        .filter(({ lastAt }) => one.now() - (lastAt ?? 0) > doubtfulMs)
        .sort((a, b) => (a.lastAt ?? 0) - (b.lastAt ?? 0))
        .slice(0, mostDoubtful);
  const snapshots = await check(`snapshots in ${where}`, async () =>
    budget && !byId
      ? one.snapshots(ref)
      : (await Promise.all(chosen.map((group) => one.snapshots(ref, group)))).flat(),
  );
  if (!snapshots) return asked.map((group) => ({ ...ref, group, snapshots: undefined }));
  const read = bundled(snapshots);
  return asked.map((group) => ({
    ...ref,
    group,
    snapshots: chosen.includes(group) ? (read.get(keyOf(group)) ?? []) : undefined,
  }));
}

const keyOf = ({ type, id }: Pick<Group, 'type' | 'id'>): string => `${type}/${id}`;

/** By group, newest first: the server lists them as the file system does. */
function bundled(snapshots: readonly Snapshot[]): Map<string, Snapshot[]> {
  const groups = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots.toSorted((a, b) => b.at - a.at)) {
    const group = groups.get(keyOf(snapshot));
    if (group) group.push(snapshot);
    else groups.set(keyOf(snapshot), [snapshot]);
  }
  return groups;
}
