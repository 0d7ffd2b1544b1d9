import type { BackupWorld } from './backup-server.ts';
import type { ServerSnapshot } from './backup-snapshots.ts';
import { endServerTask, startServerTask, type ServerTask } from './backup-tasks.ts';
import { day, hour, minute, second } from './clock.ts';

/** A job of the backup server. `next` null: only by hand. `fails` is what its next runs end with, `warns` are lines they log before they end well but for these. `last` is the UPID of its last run. Times ms. */
export interface ServerJob {
  kind: 'gc' | 'verify' | 'prune' | 'sync';
  id: string;
  store: string;
  namespace: string;
  schedule: string | null;
  everyMs: number;
  next: number | null;
  seconds: number;
  disabled: boolean;
  fails: string | null;
  warns: readonly string[];
  last: string | null;
  options: Readonly<Record<string, string | number | boolean>>;
  /** Of garbage collection: the last run that came to its end, and its counters. */
  good: string | null;
  counters: {
    files: number;
    dataBytes: number;
    chunkBytes: number;
    chunks: number;
    pendingBytes: number;
    removedBytes: number;
    stillBad: number;
  };
}

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

function job(
  kind: ServerJob['kind'],
  id: string,
  next: number | null,
  more: Partial<ServerJob>,
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
    ...more,
  };
}

/** `since` is a midnight (UTC) more than a week ago, from when on they have run. */
export function createJobs(since: number): ServerJob[] {
  const saturday = since + ((6 - new Date(since).getUTCDay() + 7) % 7) * day;
  return [
    job('gc', 'main', saturday + 9 * hour, {
      schedule: 'sat 09:00',
      everyMs: 7 * day,
      seconds: 2_460,
    }),
    job('gc', 'usb-offsite', since + 2 * day + 2 * hour, {
      store: 'usb-offsite',
      schedule: null,
      everyMs: 365 * day,
      seconds: 1_900,
    }),
    job('verify', 'nightly', since + 6 * hour, {
      schedule: '06:00',
      seconds: 5_100,
      options: { 'ignore-verified': true, 'outdated-after': 30 },
    }),
    job('prune', 'hosts', since + 4.5 * hour, {
      schedule: '04:30',
      options: { 'keep-daily': 7, 'keep-weekly': 4, 'max-depth': 0 },
    }),
    job('sync', 'attic', since + 8 * hour, {
      schedule: '08:00',
      namespace: 'pve',
      seconds: 900,
      options: { remote: 'attic', 'remote-store': 'offsite', 'sync-direction': 'push' },
    }),
    job('sync', 'usb-copy', since + 2 * day, {
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
export function runDueJobs(runtime: BackupWorld): void {
  const now = runtime.now();
  for (const one of runtime.backupServer.jobs)
    for (; one.next !== null && one.next + one.seconds * second <= now; one.next += one.everyMs)
      if (!one.disabled) runJob(runtime, one, one.next);
}

/** Runs a job at a given time, to its end. */
export function runJob(
  { backupServer: server }: BackupWorld,
  one: ServerJob,
  startedAt: number,
): ServerTask {
  const task = startServerTask(server.tasks, {
    type: workers[one.kind],
    id: workerId(one),
    user: 'root@pam',
    startedAt,
    log: [`Starting ${workers[one.kind]} '${workerId(one)}'`],
  });
  if (one.schedule) task.log.push(`task triggered by schedule '${one.schedule}'`);
  const broken =
    one.kind === 'verify' && one.fails === null ? verify(server.snapshots, one, task) : undefined;
  if (one.kind === 'sync' && one.fails === null) copy(server.snapshots, one, task);
  task.log.push(...one.warns);
  const exit = one.warns.length > 0 ? `WARNINGS: ${one.warns.length}` : 'OK';
  endServerTask(task, startedAt + one.seconds * second, one.fails ?? broken ?? exit);
  one.last = task.upid;
  if (task.exit === exit) one.good = task.upid;
  return task;
}

/** Pulls what another datastore of this server has into this one, under the owner that sync jobs have by default. */
function copy(snapshots: ServerSnapshot[], one: ServerJob, { startedAt }: ServerTask): void {
  const { remote, 'remote-store': from, 'remote-ns': root = '' } = one.options;
  if (remote !== undefined) return;
  const keyOf = ({ type, id, at }: ServerSnapshot): string => `${type}/${id}/${at}`;
  const there = new Set(
    snapshots
      .filter(({ store, namespace }) => store === one.store && namespace === one.namespace)
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
      store: one.store,
      namespace: one.namespace,
      owner: 'root@pam',
      verification: null,
      origin: null,
    });
}

/** Looks at what was never verified, or not for a month. */
function verify(
  snapshots: readonly ServerSnapshot[],
  one: ServerJob,
  task: ServerTask,
): string | undefined {
  const due = snapshots.filter(
    ({ store, namespace, at, bytes, verification }) =>
      store === one.store &&
      (one.namespace === '' ||
        namespace === one.namespace ||
        namespace.startsWith(`${one.namespace}/`)) &&
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
