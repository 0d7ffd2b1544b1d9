import type { ServerJob } from '../../../demo/world/backup-jobs.ts';
import type { ServerTask } from '../../../demo/world/backup-tasks.ts';
import { oneOf, storeName } from './parameters.ts';
import { failed } from './problem.ts';
import { isFrom, scattered, seconds, type Call, type Route } from './route.ts';
import { aclPath, closedBecause, storesFor } from './stores.ts';

export const jobRoutes: Route[] = [
  { path: '/admin/gc', parameters: { store: storeName }, run: garbageCollection },
  {
    path: '/admin/verify',
    parameters: { store: storeName },
    run: (call) => list(call, 'verify', 'Datastore.Audit', 'Datastore.Verify'),
  },
  {
    path: '/admin/prune',
    parameters: { store: storeName },
    run: (call) => list(call, 'prune', 'Datastore.Audit', 'Datastore.Modify'),
  },
  {
    path: '/admin/sync',
    parameters: { store: storeName, 'sync-direction': oneOf('all', 'push', 'pull') },
    run: sync,
  },
];

const taskOf = ({ world }: Call, upid: string | null): ServerTask | undefined =>
  world.backupServer.tasks.find((task) => task.upid === upid);

/** What is left out is what never was: no end of a run that goes on, no run of a job that never ran, no next one without a schedule. */
function statusOf(job: ServerJob, call: Call): Record<string, unknown> {
  const last = taskOf(call, job.last);
  const now = call.world.now();
  return {
    ...(job.schedule !== null && { schedule: job.schedule }),
    ...(job.schedule !== null &&
      !job.disabled &&
      job.next !== null && {
        'next-run': seconds(job.next > now ? job.next : job.next + job.everyMs),
      }),
    ...(last?.exit && {
      'last-run-state': last.exit,
      'last-run-endtime': seconds(last.endedAt ?? 0),
    }),
  };
}

function list(call: Call, kind: ServerJob['kind'], ...anyOf: readonly string[]): unknown[] {
  const store = call.values.text('store');
  call.attributes['digest'] = '9f2feb0f91e2a1c1d5d0a7e8c3b6e4f0a1b2c3d4e5f60718293a4b5c6d7e8f90';
  const jobs = call.world.backupServer.jobs.filter(
    (job) =>
      job.kind === kind &&
      (store === undefined || job.store === store) &&
      call.access.has(aclPath(job.store, job.namespace), ...anyOf),
  );
  return scattered(
    jobs.map((job) => ({
      id: job.id,
      store: job.store,
      ...(job.namespace && { ns: job.namespace }),
      ...job.options,
      ...(job.disabled && { disable: true }),
      ...statusOf(job, call),
      ...(job.last && { 'last-run-upid': job.last }),
    })),
  );
}

/** Without the parameter only pull jobs, and none whose remote may not be seen. */
function sync(call: Call): unknown {
  const direction = call.values.text('sync-direction');
  if (direction !== undefined && !isFrom(call.knobs, '3.3'))
    throw failed(
      "parameter verification failed - 'sync-direction': schema does not allow additional properties.",
    );
  return (list(call, 'sync', 'Datastore.Audit') as Record<string, unknown>[]).filter((row) => {
    const remote = row['remote'];
    const pushes = row['sync-direction'] === 'push';
    return (
      (direction === 'all' || pushes === (direction === 'push')) &&
      (remote === undefined || call.access.has(`/remote/${String(remote)}`, 'Remote.Audit'))
    );
  });
}

/** A store that cannot be opened has no row, and nobody is told why (api2/admin/gc.rs). */
function garbageCollection(call: Call): unknown {
  const filter = call.values.text('store');
  return storesFor(call)
    .filter(
      ({ store }) =>
        (filter === undefined || store.name === filter) && closedBecause(store) === undefined,
    )
    .map(({ store: { name } }) => {
      const job = call.world.backupServer.jobs.find(
        ({ kind, store }) => kind === 'gc' && store === name,
      );
      const [good, last] = [taskOf(call, job?.good ?? null), taskOf(call, job?.last ?? null)];
      const {
        'last-run-state': state,
        'last-run-endtime': end,
        ...plan
      } = job ? statusOf(job, call) : {};
      // State and end are those of the last run, all else of the last good one; without a good one it looks as if it had never run.
      const lastRun = good
        ? {
            ...(state !== undefined && { 'last-run-state': state, 'last-run-endtime': end }),
            ...(last?.endedAt && { duration: seconds(last.endedAt - good.startedAt) }),
          }
        : {};
      return { store: name, ...gcStatus(name, call), ...plan, ...lastRun };
    });
}

/** What the last good run counted. */
export function gcStatus(store: string, call: Call): object {
  const job = call.world.backupServer.jobs.find(
    (other) => other.kind === 'gc' && other.store === store,
  );
  const counters = job?.good ? job.counters : undefined;
  return {
    upid: job?.good ?? null,
    'index-file-count': counters?.files ?? 0,
    'index-data-bytes': counters?.dataBytes ?? 0,
    'disk-bytes': counters?.chunkBytes ?? 0,
    'disk-chunks': counters?.chunks ?? 0,
    'removed-bytes': counters?.removedBytes ?? 0,
    'removed-chunks': counters ? 12_044 : 0,
    'pending-bytes': counters?.pendingBytes ?? 0,
    'pending-chunks': counters ? 3_180 : 0,
    'removed-bad': 0,
    'still-bad': counters?.stillBad ?? 0,
    ...(counters &&
      isFrom(call.knobs, '4.0') && { 'cache-stats': { hits: 84_482, misses: 52_746 } }),
  };
}
