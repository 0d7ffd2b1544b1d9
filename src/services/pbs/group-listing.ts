import { hour } from '../../core/base/units.ts';
import type { Check } from '../../core/health.ts';
import { withCopiesMarked } from './copies.ts';
import type { NamespaceRef, Pbs } from './client.ts';
import { isReadable, type Store } from './datastores.ts';
import {
  describeGroup,
  withMovesMarked,
  type BackupGroup,
  type GroupContext,
  type GroupSnapshots,
} from './group-state.ts';
import { namespacePath } from './namespaces.ts';
import type { Group, Snapshot } from './schema/backup.ts';
import type { SyncJob } from './schema/job.ts';
import type { Task } from './schema/task.ts';

/** Which backups are read. `guest` is an id, or part of a name; only an id spares requests. */
export interface GroupFilter {
  namespace?: string | undefined;
  guest?: string | undefined;
}

/** Every group in every namespace. `unread` groups were too many to be read snapshot by snapshot, and are known by count and age only. `incomplete` are the datastores of which something could not be read. */
export interface GroupListing {
  groups: BackupGroup[];
  snapshots: GroupSnapshots[];
  namespaces: NamespaceRef[];
  unread: number;
  incomplete: ReadonlySet<string>;
}

/** What decides whether a group is late, beside its own backups: which run now, and which are copies. Undefined where it could not be asked. */
export interface GroupCircumstances {
  tasks: readonly Task[] | undefined;
  syncJobs: readonly SyncJob[] | undefined;
}

/** A group older than this may be overdue: its snapshots are read even where all would be too many, the most behind first. */
const doubtfulAgeMs = 26 * hour;
const maxDoubtful = 100;

/** `groups` and `snapshots` list one namespace each, so every namespace is walked. What cannot be read is left out, and named by `check`. */
export async function listGroups(
  server: Pbs,
  check: Check,
  stores: readonly Pick<Store, 'name' | 'availability'>[],
  { tasks, syncJobs }: GroupCircumstances,
  filter: GroupFilter = {},
): Promise<GroupListing> {
  const incomplete = new Set<string>();
  const namespaces = (await listNamespaces(server, check, stores, incomplete)).filter(
    ({ namespace }) => filter.namespace === undefined || namespace === filter.namespace,
  );
  const snapshots = (
    await Promise.all(
      namespaces.map(async (ref) => {
        const groups = await snapshotsIn(server, check, ref, filter.guest);
        if (!groups) incomplete.add(ref.store);
        return groups ?? [];
      }),
    )
  ).flat();
  const context = groupContext(server, tasks);
  return {
    groups: withMovesMarked(
      withCopiesMarked(
        snapshots.map((group) => describeGroup(group, context)),
        syncJobs,
      ),
    ),
    snapshots,
    namespaces,
    unread: snapshots.filter((group) => !group.snapshots).length,
    incomplete,
  };
}

/** Every group by its count and age alone, without its backups. */
export async function countGroups(
  server: Pbs,
  check: Check,
  stores: readonly Pick<Store, 'name' | 'availability'>[],
): Promise<BackupGroup[]> {
  const namespaces = await listNamespaces(server, check, stores);
  const context = groupContext(server, undefined);
  const listed = await Promise.all(
    namespaces.map(async (ref) => {
      const groups = await check(`backups in ${namespacePath(ref)}`, () => server.groups(ref));
      return (groups ?? []).map((group) =>
        describeGroup({ ...ref, group, snapshots: undefined }, context),
      );
    }),
  );
  return listed.flat();
}

/** Adds to `incomplete` the datastores whose namespaces could not be listed. */
async function listNamespaces(
  server: Pbs,
  check: Check,
  stores: readonly Pick<Store, 'name' | 'availability'>[],
  incomplete = new Set<string>(),
): Promise<NamespaceRef[]> {
  const listed = await Promise.all(
    stores.filter(isReadable).map(async ({ name }) => {
      const namespaces = await namespacesOf(server, check, name);
      if (!namespaces) incomplete.add(name);
      return namespaces ?? [];
    }),
  );
  return listed.flat();
}

async function namespacesOf(
  server: Pbs,
  check: Check,
  store: string,
): Promise<NamespaceRef[] | undefined> {
  const namespaces = await check(`namespaces of ${store}`, () => server.namespaces(store));
  return namespaces?.map((namespace) => ({ store, namespace }));
}

/** Without the tasks nobody knows whether an unfinished backup still runs. A worker's id names no namespace (api2/backup/mod.rs). */
const groupContext = (server: Pbs, tasks: readonly Task[] | undefined): GroupContext => ({
  now: server.now(),
  retiredDays: server.settings.retiredDays,
  isBusy: (store, type, id) =>
    tasks?.some(
      (task) =>
        task.outcome === 'running' &&
        task.type === 'backup' &&
        task.subject === `${store}:${type}/${id}`,
    ),
});

async function snapshotsIn(
  server: Pbs,
  check: Check,
  ref: NamespaceRef,
  guest: string | undefined,
): Promise<GroupSnapshots[] | undefined> {
  const path = namespacePath(ref);
  const listed = await check(`backups in ${path}`, () => server.groups(ref));
  if (!listed) return undefined;
  const isId = guest !== undefined && listed.some(({ id }) => id === guest);
  const groups = isId ? listed.filter(({ id }) => id === guest) : listed;
  let count = 0;
  for (const group of groups) count += group.count;
  const isFew = count <= server.settings.listSnapshots;
  const chosen = isFew ? groups : mostBehind(groups, server.now());
  const snapshots = await check(`snapshots in ${path}`, async () =>
    isFew && !isId
      ? server.snapshots(ref)
      : (await Promise.all(chosen.map((group) => server.snapshots(ref, group)))).flat(),
  );
  if (!snapshots) return groups.map((group) => ({ ...ref, group, snapshots: undefined }));
  const byGroup = newestFirst(snapshots);
  return groups.map((group) => ({
    ...ref,
    group,
    snapshots: chosen.includes(group) ? (byGroup.get(keyOf(group)) ?? []) : undefined,
  }));
}

const mostBehind = (groups: readonly Group[], now: number): Group[] =>
  groups
    .filter(({ lastAt }) => now - (lastAt ?? 0) > doubtfulAgeMs)
    .sort((a, b) => (a.lastAt ?? 0) - (b.lastAt ?? 0))
    .slice(0, maxDoubtful);

const keyOf = ({ type, id }: Pick<Group, 'type' | 'id'>): string => `${type}/${id}`;

/** By group, newest first: the server lists them as the file system does. */
function newestFirst(snapshots: readonly Snapshot[]): Map<string, Snapshot[]> {
  const groups = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots.toSorted((a, b) => b.at - a.at)) {
    const group = groups.get(keyOf(snapshot));
    if (group) group.push(snapshot);
    else groups.set(keyOf(snapshot), [snapshot]);
  }
  return groups;
}
