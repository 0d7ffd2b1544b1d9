import * as z from 'zod';
import { UpstreamError } from '../../core/base/errors.ts';
import type { Fleet } from '../../core/fleet.ts';
import { path, type ReadHttp } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { describeError } from './describe-error.ts';
import {
  data,
  Datastore,
  GcJob,
  Group,
  Namespaces,
  Permissions,
  PruneJob,
  Sizes,
  Snapshot,
  SyncJob,
  Task,
  TaskLog,
  Usage,
  VerifyJob,
  Version,
  warningsIn,
} from './schema/index.ts';
import type { Settings } from './settings.ts';

/** Where backups lie. The root namespace is the empty string, and asked for by leaving it out. */
export interface NamespaceRef {
  store: string;
  namespace: string;
}

/** Tasks that are asked for at once, and that are read at most. The server's own total is only a hint. */
const taskPage = 1_000;
export const maxTasks = 5 * taskPage;

const maxLogLines = 5_000;

const list = <T>(row: z.ZodType<T>) => data(z.array(row));

const reads = (http: ReadHttp<Settings>) => ({
  instance: http.instance,
  settings: http.settings,
  now: http.now,

  version: () => http.get(path`/version`, data(Version)),
  /** Only for what this token may do; any token may ask. */
  permissions: () => http.get(path`/access/permissions`, data(Permissions)),
  /** What the token may not see is left out of this and of all lists of jobs without a word. */
  datastores: () => http.get(path`/admin/datastore`, list(Datastore)),
  /** All or nothing: one path that cannot be looked at is the answer for all. */
  usage: () => http.get(path`/status/datastore-usage`, list(Usage)),
  sizes: (store: string) => http.get(path`/admin/datastore/${store}/status`, data(Sizes)),
  /** Stores that cannot be opened are left out without a word. */
  gcJobs: () => http.get(path`/admin/gc`, list(GcJob)),
  verifyJobs: () => http.get(path`/admin/verify`, list(VerifyJob)),
  pruneJobs: () => http.get(path`/admin/prune`, list(PruneJob)),
  /** Without the parameter push jobs are left out; servers before 3.3 do not know it. */
  syncJobs: () =>
    http
      .get(path`/admin/sync`, list(SyncJob), { 'sync-direction': 'all' })
      .catch((error: unknown) => {
        if (error instanceof UpstreamError && error.status === 400)
          return http.get(path`/admin/sync`, list(SyncJob));
        throw error;
      }),

  namespaces: (store: string) =>
    http.get(path`/admin/datastore/${store}/namespace`, data(Namespaces)),
  /** Of this namespace alone, not of those below it. Cheap. */
  groups: ({ store, namespace }: NamespaceRef) =>
    http.get(path`/admin/datastore/${store}/groups`, list(Group), { ns: namespace || undefined }),
  /** Of this namespace alone; one row a snapshot, about a kilobyte each. */
  snapshots: ({ store, namespace }: NamespaceRef, group?: { type: string; id: string }) =>
    http.get(path`/admin/datastore/${store}/snapshots`, list(Snapshot), {
      ns: namespace || undefined,
      'backup-type': group?.type,
      'backup-id': group?.id,
    }),

  /** Newest first, by start; `notOk` leaves out only those that went well. Only its own for a token without Sys.Audit on /system/tasks. */
  async tasks(since: number, notOk: boolean) {
    const tasks: Task[] = [];
    for (let start = 0; start < maxTasks; start += taskPage) {
      const rows = await http.get(path`/nodes/localhost/tasks`, list(Task), {
        since: Math.floor(since / 1000),
        start: start || undefined,
        limit: taskPage,
        errors: notOk ? 1 : undefined,
      });
      tasks.push(...rows);
      if (rows.length < taskPage) break;
    }
    return tasks;
  },
  /** Garbage collections of one datastore, those that went well too; as narrow as `tasks` for a token without Sys.Audit. */
  collections: (store: string, since: number) =>
    http.get(path`/nodes/localhost/tasks`, list(Task), {
      since: Math.floor(since / 1000),
      limit: taskPage,
      store,
      typefilter: 'garbage_collection',
    }),
  /** What a task that ended with warnings warned of; of a very long log only the beginning is read. */
  async taskWarnings(upid: string) {
    const { lines } = await http.get(path`/nodes/localhost/tasks/${upid}/log`, TaskLog, {
      start: 0,
      limit: maxLogLines,
    });
    return warningsIn(lines);
  },
  /** The last lines of a task's log. */
  async taskLogEnd(upid: string, lines: number) {
    const page = (start: number) =>
      http.get(path`/nodes/localhost/tasks/${upid}/log`, TaskLog, { start, limit: 50 });
    const first = await page(0);
    return (first.total > 50 ? await page(Math.max(0, first.total - lines)) : first).lines.slice(
      -lines,
    );
  },
});

/** One backup server, for reading. */
export type Pbs = ReturnType<typeof reads>;
/** Every backup server that a call may ask. */
export type Servers = Fleet<Pbs>;

export const { read, health, doctor, inventory, lately } = defineClient<Pbs, object, Settings>({
  reads,
  describeError,
});
