import * as z from 'zod';
import { Epoch, maybe, Size } from './envelope.ts';
import { outcomeOf, startOf, type Outcome } from './task.ts';

/** What all kinds of jobs tell (rs4 jobs.rs `JobScheduleStatus`). */
const status = {
  'next-run': maybe(Epoch),
  'last-run-upid': maybe(z.string()),
  'last-run-state': maybe(z.string()),
  'last-run-endtime': maybe(Epoch),
  schedule: maybe(z.string()),
  store: z.string(),
};

/** A job and how its last run ended. `never` is no failure, and `running` has no end. Times ms. */
export interface Job {
  kind: 'gc' | 'verify' | 'prune' | 'sync';
  id: string;
  store: string;
  namespace: string | undefined;
  maxDepth: number | undefined;
  schedule: string | undefined;
  disabled: boolean;
  last: Outcome | 'never';
  /** The words of a failure, or the number of warnings. */
  reason: string | undefined;
  upid: string | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  nextAt: number | undefined;
}

type Status = { [Name in keyof typeof status]: z.output<(typeof status)[Name]> };

function jobOf(
  kind: Job['kind'],
  id: string,
  row: Status & {
    ns?: string | undefined;
    'max-depth'?: number | undefined;
    disable?: boolean | undefined;
  },
  upid = row['last-run-upid'],
): Job {
  const state = row['last-run-state'];
  const last = upid === undefined && state === undefined ? 'never' : outcomeOf(state);
  return {
    kind,
    id,
    store: row.store,
    namespace: row.ns || undefined,
    maxDepth: row['max-depth'],
    schedule: row.schedule,
    disabled: row.disable ?? false,
    last,
    reason: last === 'failed' || last === 'warning' ? state : undefined,
    upid,
    startedAt: upid === undefined ? undefined : startOf(upid),
    endedAt: row['last-run-endtime'],
    nextAt: row['next-run'],
  };
}

const jobFields = {
  ...status,
  id: z.string(),
  ns: maybe(z.string()),
  'max-depth': maybe(z.number()),
};

/** A row of `GET /admin/verify`. A verification older than `outdatedAfterDays` is done again; undefined where the job does not say. */
export type VerifyJob = Job & { outdatedAfterDays: number | undefined };
export const VerifyJob = z
  .object({ ...jobFields, 'outdated-after': maybe(z.number()) })
  .transform((row): VerifyJob => ({
    ...jobOf('verify', row.id, row),
    outdatedAfterDays: row['outdated-after'] || undefined,
  }));
/** A row of `GET /admin/prune`. */
export const PruneJob = z
  .object({ ...jobFields, disable: maybe(z.boolean()) })
  .transform((row) => jobOf('prune', row.id, row));
/** A row of `GET /admin/sync`: `direction` is pull or push. Without `remote` the other side is this server itself. What is pulled belongs to `owner`, and is narrowed by `groupFilter`. */
export type SyncJob = Job & {
  remote: string | undefined;
  remoteStore: string | undefined;
  remoteNamespace: string | undefined;
  direction: string;
  owner: string;
  groupFilter: readonly string[];
};
export const SyncJob = z
  .object({
    ...jobFields,
    remote: maybe(z.string()),
    'remote-store': maybe(z.string()),
    'remote-ns': maybe(z.string()),
    'sync-direction': maybe(z.string()),
    owner: maybe(z.string()),
    'group-filter': maybe(z.array(z.string())),
  })
  .transform((row): SyncJob => ({
    ...jobOf('sync', row.id, row),
    remote: row.remote,
    remoteStore: row['remote-store'],
    remoteNamespace: row['remote-ns'],
    direction: row['sync-direction'] ?? 'pull',
    owner: row.owner ?? 'root@pam',
    groupFilter: row['group-filter'] ?? [],
  }));

/**
 * Garbage collection of one datastore. Bytes. `unusedBadChunks` are corrupt ones that no backup uses any more: those that are still needed are not counted
 * (pbs-datastore chunk_store.rs `cond_sweep_chunk`). `indexFiles` are those it found, one for each archive of each backup.
 */
export type GcJob = Job & {
  pendingBytes: number | undefined;
  removedBytes: number | undefined;
  unusedBadChunks: number | undefined;
  indexFiles: number | undefined;
  dataBytes: number | undefined;
  chunkBytes: number | undefined;
};

/**
 * A row of `GET /admin/gc`. `upid`, counters and `duration` are of the last run that went well, state and end of the last run at all
 * (api2/admin/datastore.rs `garbage_collection_status`): after a failure they do not belong together.
 */
export const GcJob = z
  .object({
    ...status,
    upid: maybe(z.string()),
    'pending-bytes': Size,
    'removed-bytes': Size,
    'still-bad': maybe(z.number()),
    'index-file-count': maybe(z.number()),
    'index-data-bytes': Size,
    'disk-bytes': Size,
  })
  .transform((row): GcJob => {
    const job = jobOf('gc', row.store, row, row.upid);
    const isOfAnother = job.last === 'failed';
    return {
      ...job,
      upid: isOfAnother ? undefined : job.upid,
      startedAt: isOfAnother ? undefined : job.startedAt,
      pendingBytes: row['pending-bytes'],
      removedBytes: row['removed-bytes'],
      unusedBadChunks: row['still-bad'],
      indexFiles: row['index-file-count'],
      dataBytes: row['index-data-bytes'],
      chunkBytes: row['disk-bytes'],
    };
  });
