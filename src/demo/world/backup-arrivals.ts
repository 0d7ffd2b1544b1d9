import { isKept, keptUntil, snapshotOf, type ServerSnapshot } from './backup-snapshots.ts';
import { endServerTask, startServerTask, type ServerTask } from './backup-tasks.ts';
import type { BackupServer, BackupWorld } from './backup-types.ts';
import { day, second } from './clock.ts';
import type { Task } from './proxmox-tasks.ts';

type Fate = 'running' | 'finished' | 'failed';

/** The task that made a snapshot: what it worked on, and when it started. */
const keyOf = ({ store, type, id, at }: ServerSnapshot): string => `${store}:${type}/${id} ${at}`;

/** What became of each guest of a backup task, by its log. */
function fatesIn({ log, endedAt }: Task): Map<number, Fate> {
  const fate = new Map<number, Fate>();
  for (const line of log) {
    const [, started, finished, failed] =
      /^(?:INFO: (?:Starting Backup of VM (\d+)|Finished Backup of VM (\d+))|ERROR: Backup of VM (\d+) failed)/.exec(
        line,
      ) ?? [];
    if (started && endedAt === null) fate.set(Number(started), 'running');
    if (finished) fate.set(Number(finished), 'finished');
    if (failed) fate.set(Number(failed), 'failed');
  }
  return fate;
}

/** Makes the server hold what the tasks of Proxmox VE say it was sent, no more and no less, and what machines sent by themselves. It runs at every request, so it does nothing while nothing has changed. */
export function ingest(world: BackupWorld): void {
  const { backupServer: server } = world;
  const now = world.now();
  receiveHosts(world);
  if (server.ingested.of === fingerprint(world) && now < server.ingested.until) return;
  receiveGuests(world);
  const ends = server.snapshots.map(keptUntil).filter((end) => end > now);
  server.ingested = { of: fingerprint(world), until: Math.min(...ends) };
}

/** Changes with everything that `receiveGuests` reads but the time. */
function fingerprint({ proxmox, guests, backupServer: server }: BackupWorld): string {
  const tasks = proxmox.tasks
    .filter(({ type }) => type === 'vzdump')
    .map(({ upid, endedAt, log }) => [upid, endedAt, log.reduce(addLength, 0)].join(' '));
  const sizes = guests.map(
    ({ name, diskBytes, diskUsedBytes }) => name.length + diskBytes + diskUsedBytes,
  );
  return [tasks.join(), sizes.join(), server.snapshots.length, server.tasks.length].join(';');
}

const addLength = (sum: number, line: string): number => sum + line.length;

function receiveGuests(world: BackupWorld): void {
  const { proxmox, backupServer: server } = world;
  const now = world.now();
  const known = new Map(
    server.snapshots.map((snapshot) => [`${snapshot.origin} ${snapshot.id}`, snapshot]),
  );
  const reported = new Map(
    server.tasks
      .filter(({ type }) => type === 'backup')
      .map((task) => [`${task.id} ${task.startedAt}`, task]),
  );
  const gone = new Set(server.snapshots.filter(({ origin }) => origin !== null));
  for (const task of proxmox.tasks.filter(({ type }) => type === 'vzdump')) {
    [...fatesIn(task)].forEach(([vmid, fate], i) => {
      const old = known.get(`${task.upid} ${vmid}`);
      const fresh = snapshotOf(world.guest(vmid), old?.at ?? task.startedAt + i * 41 * second);
      const snapshot = old ?? { ...fresh, origin: task.upid };
      if (fate !== 'failed' && isKept(snapshot, now)) {
        snapshot.bytes = fate === 'running' ? null : fresh.bytes;
        if (!old) server.snapshots.push(snapshot);
        gone.delete(snapshot);
      }
      report(server, reported, snapshot, fate);
    });
  }
  // What is gone before its time was never sent: its task, unless it failed, is no more than it.
  const unsent = new Set([...gone].filter((snapshot) => isKept(snapshot, now)).map(keyOf));
  server.tasks = server.tasks.filter(
    (task) => task.exit !== 'OK' || !unsent.has(`${task.id} ${task.startedAt}`),
  );
  server.snapshots = server.snapshots.filter(
    (snapshot) => !gone.has(snapshot) && isKept(snapshot, now),
  );
}

function report(
  server: BackupServer,
  reported: Map<string, ServerTask>,
  snapshot: ServerSnapshot,
  fate: Fate,
): void {
  const task = reported.get(keyOf(snapshot)) ?? startServerTask(server.tasks, newTask(snapshot));
  if (fate === 'running' || (task.exit !== null && (task.exit === 'OK') === (fate === 'finished')))
    return;
  task.log.length = 1;
  if (fate === 'finished') task.log.push('backup finished successfully');
  else
    task.log.push(
      'backup ended and finish failed: backup ended but finished state is not set.',
      'removing unfinished backup',
    );
  endServerTask(
    task,
    snapshot.at + 39 * second,
    fate === 'finished' ? 'OK' : 'backup ended but finished state is not set.',
  );
}

function newTask({ store, namespace, type, id, at, owner: user }: ServerSnapshot) {
  const path = `${namespace ? `ns/${namespace.replaceAll('/', '/ns/')}/` : ''}${type}/${id}/${new Date(at).toISOString().replace(/\.\d+Z/, 'Z')}`;
  return {
    type: 'backup',
    id: `${store}:${type}/${id}`,
    user,
    startedAt: at,
    log: [`starting new backup on datastore '${store}' from ::ffff:10.0.10.11: "${path}"`],
  };
}

function receiveHosts({ now, backupServer: server }: BackupWorld): void {
  for (const host of server.hosts)
    for (; host.next + 60 * second <= now(); host.next += day) {
      const snapshot: ServerSnapshot = {
        store: 'main',
        namespace: '',
        type: 'host',
        id: host.id,
        at: host.next,
        bytes: 3.1e9,
        files: ['root.pxar.didx', 'catalog.pcat1.didx'],
        crypt: 'none',
        owner: 'hosts@pbs!backup',
        comment: null,
        protected: false,
        verification: null,
        damaged: false,
        origin: null,
      };
      server.snapshots.push(snapshot);
      report(server, new Map(), snapshot, 'finished');
    }
}
