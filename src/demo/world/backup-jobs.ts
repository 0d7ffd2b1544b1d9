import type { ServerSnapshot } from './backup-snapshots.ts';
import { endServerTask, startServerTask, type ServerTask } from './backup-tasks.ts';
import type { BackupWorld, ServerJob } from './backup-types.ts';
import { day, hour, minute, second } from './clock.ts';

export type { ServerJob } from './backup-types.ts';

const TiB = 2 ** 40;
const counters: ServerJob['counters'] = {
  files: 906,
  dataBytes: 61 * TiB,
  chunkBytes: Math.round(4.9 * TiB),
  chunks: 2_568_192,
  pendingBytes: 18e9,
  removedBytes: 41e9,
  stillBad: 0,
};

function newJob(
  kind: ServerJob['kind'],
  id: string,
  next: number | null,
  details: Partial<ServerJob>,
): ServerJob {
  return {
    kind,
    id,
    store: 'main',
    namespace: '',
    schedule: 'daily',
    everyMs: day,
    next,
    seconds: 60,
    disabled: false,
    fails: null,
    warns: [],
    last: null,
    options: {},
    good: null,
    counters,
    ...details,
  };
}

/** `since` is a midnight (UTC) more than a week ago, from when on they have run. */
export function createJobs(since: number): ServerJob[] {
  const saturday = since + ((6 - new Date(since).getUTCDay() + 7) % 7) * day;
  return [
    newJob('gc', 'main', saturday + 9 * hour, {
      schedule: 'sat 09:00',
      everyMs: 7 * day,
      seconds: 2_460,
    }),
    newJob('gc', 'usb-offsite', since + 2 * day + 2 * hour, {
      store: 'usb-offsite',
      schedule: null,
      everyMs: 365 * day,
      seconds: 1_900,
    }),
    newJob('verify', 'nightly', since + 6 * hour, {
      schedule: '06:00',
      seconds: 5_100,
      options: { 'ignore-verified': true, 'outdated-after': 30 },
    }),
    newJob('prune', 'hosts', since + 4.5 * hour, {
      schedule: '04:30',
      options: { 'keep-daily': 7, 'keep-weekly': 4, 'max-depth': 0 },
    }),
    newJob('sync', 'attic', since + 8 * hour, {
      schedule: '08:00',
      namespace: 'pve',
      seconds: 900,
      options: { remote: 'attic', 'remote-store': 'offsite', 'sync-direction': 'push' },
    }),
    newJob('sync', 'usb-copy', since + 2 * day, {
      store: 'usb-offsite',
      schedule: null,
      everyMs: 365 * day,
      seconds: 5_400,
      options: { 'remote-store': 'main', 'remote-ns': 'pve', 'max-depth': 0, 'run-on-mount': true },
    }),
  ];
}

const workers = {
  gc: 'garbage_collection',
  verify: 'verificationjob',
  prune: 'prunejob',
  sync: 'syncjob',
} as const;

/** The id of the task that runs a job: the local datastore comes third for a sync job (api2/node/tasks.rs). */
function workerId({ kind, id, store, namespace, options }: ServerJob): string {
  if (kind === 'sync')
    return [options['remote'] ?? '-', options['remote-store'], store, namespace, id].join(':');
  return kind === 'verify' ? `${store}:${id}` : store;
}

/** Runs every job whose time has come, as often as it has come. */
export function runDueJobs(world: BackupWorld): void {
  const now = world.now();
  for (const job of world.backupServer.jobs)
    for (; job.next !== null && job.next + job.seconds * second <= now; job.next += job.everyMs)
      if (!job.disabled) runJob(world, job, job.next);
}

/** Runs a job at a given time, to its end. */
export function runJob(
  { backupServer: server }: BackupWorld,
  job: ServerJob,
  startedAt: number,
): ServerTask {
  const task = startServerTask(server.tasks, {
    type: workers[job.kind],
    id: workerId(job),
    user: 'root@pam',
    startedAt,
    log: [`Starting ${workers[job.kind]} '${workerId(job)}'`],
  });
  if (job.schedule) task.log.push(`task triggered by schedule '${job.schedule}'`);
  const broken =
    job.kind === 'verify' && job.fails === null ? verify(server.snapshots, job, task) : undefined;
  if (job.kind === 'sync' && job.fails === null) copy(server.snapshots, job, task);
  task.log.push(...job.warns);
  const exit = job.warns.length > 0 ? `WARNINGS: ${job.warns.length}` : 'OK';
  endServerTask(task, startedAt + job.seconds * second, job.fails ?? broken ?? exit);
  job.last = task.upid;
  if (task.exit === exit) job.good = task.upid;
  return task;
}

/** Pulls what another datastore of this server has into this one, under the owner that sync jobs have by default. */
function copy(snapshots: ServerSnapshot[], job: ServerJob, { startedAt }: ServerTask): void {
  const { remote, 'remote-store': from, 'remote-ns': root = '' } = job.options;
  if (remote !== undefined) return;
  const keyOf = ({ type, id, at }: ServerSnapshot): string => `${type}/${id}/${at}`;
  const there = new Set(
    snapshots
      .filter(({ store, namespace }) => store === job.store && namespace === job.namespace)
      .map(keyOf),
  );
  const missing = snapshots.filter(
    (snapshot) =>
      snapshot.store === from &&
      snapshot.namespace === root &&
      snapshot.bytes !== null &&
      snapshot.at + 10 * minute < startedAt &&
      !there.has(keyOf(snapshot)),
  );
  for (const snapshot of missing)
    snapshots.push({
      ...snapshot,
      store: job.store,
      namespace: job.namespace,
      owner: 'root@pam',
      verification: null,
      origin: null,
    });
}

/** Looks at what was never verified, or not for a month. */
function verify(
  snapshots: readonly ServerSnapshot[],
  job: ServerJob,
  task: ServerTask,
): string | undefined {
  const due = snapshots.filter(
    ({ store, namespace, at, bytes, verification }) =>
      store === job.store &&
      (job.namespace === '' ||
        namespace === job.namespace ||
        namespace.startsWith(`${job.namespace}/`)) &&
      bytes !== null &&
      at + 10 * minute < task.startedAt &&
      (!verification || task.startedAt - verification.at > 30 * day),
  );
  for (const snapshot of due)
    snapshot.verification = { ok: !snapshot.damaged, at: task.startedAt, upid: task.upid };
  const broken = due.filter(({ damaged }) => damaged);
  if (broken.length === 0) return undefined;
  task.log.push(
    'Failed to verify the following snapshots/groups:',
    ...broken.map(
      ({ type, id, at }) => `\t${type}/${id}/${new Date(at).toISOString().replace(/\.\d+Z/, 'Z')}`,
    ),
  );
  return 'verification failed - please check the log for details';
}
