import { catchUpBackups } from '../world/backup-server.ts';
import { runJob } from '../world/backup-jobs.ts';
import type { ServerSnapshot } from '../world/backup-snapshots.ts';
import { day, hour, minute } from '../world/clock.ts';
import type { World } from '../world/index.ts';
import { startTask, type Task } from '../world/proxmox-tasks.ts';
import type { Incident } from './incident.ts';

const backupsOf = (world: World, guest: string): Task[] =>
  world.proxmox.tasks
    .filter(
      ({ type, log }) =>
        type === 'vzdump' &&
        log.some((line) => line.includes(`Finished Backup of VM ${world.guest(guest).vmid} `)),
    )
    .sort((a, b) => b.startedAt - a.startedAt);

const newestOf = (world: World, guest: string): ServerSnapshot | undefined =>
  world.backupServer.snapshots
    .filter(({ id }) => id === String(world.guest(guest).vmid))
    .sort((a, b) => b.at - a.at)[0];

/** As if the job had not known the guest for some nights. */
function forget(world: World, guest: string, nights: number): void {
  const { vmid } = world.guest(guest);
  for (const job of world.proxmox.backupJobs)
    job.guests = job.guests?.filter((id) => id !== vmid) ?? null;
  for (const task of backupsOf(world, guest).slice(0, nights))
    task.log = task.log.filter((line) => !line.includes(`Backup of VM ${vmid} `));
  catchUpBackups(world);
}

/** The last run of a job was half an hour ago and ended with an error; so will the next. */
function fail(world: World, kind: string, id: string, reason: string): void {
  const job = world.backupServer.jobs.find((known) => known.kind === kind && known.id === id);
  if (!job) return;
  job.fails = reason;
  runJob(world, job, world.now() - 30 * minute - job.seconds * 1_000);
}

/** The last garbage collection came to its end half an hour ago, and warned. */
function warn(world: World, lines: readonly string[]): void {
  const job = world.backupServer.jobs.find(({ kind, store }) => kind === 'gc' && store === 'main');
  if (!job) return;
  job.warns = lines;
  runJob(world, job, world.now() - 30 * minute - job.seconds * 1_000);
}

/** Proxmox VE looks for the store and finds it inactive when its path is gone, but not when it is empty. */
function lose(world: World, how: 'path' | 'mount'): void {
  for (const store of world.backupServer.datastores) if (store.name === 'main') store.lost = how;
  for (const storage of world.proxmox.storages)
    if (how === 'path' && storage.name === 'pbs-main') storage.active = false;
}

function setUsage(world: World, share: number, growthBytesPerDay: number): void {
  for (const storage of world.proxmox.storages)
    if (storage.name === 'pbs-main') storage.usedBytes = Math.round(storage.totalBytes * share);
  for (const store of world.backupServer.datastores)
    if (store.name === 'main') store.growthBytesPerDay = growthBytesPerDay;
}

export const backupServerIncidents = {
  'backup-overdue': {
    title: 'Vaultwarden was taken out of the backup job three days ago',
    expect: 'pbs.backup-overdue/main/pve/ct/10028',
    apply: (world) => forget(world, 'vaultwarden', 3),
  },
  'backup-aborted': {
    title: 'The connection broke while immich was backed up last night',
    expect: 'pbs.backup-failed/main/vm/30066',
    apply(world) {
      const [task] = backupsOf(world, 'immich');
      if (!task || world.now() - task.startedAt > day) return forget(world, 'immich', 2);
      const failed = `ERROR: Backup of VM 30066 failed - backup write data failed: command error: protocol canceled`;
      Object.assign(task, {
        exit: 'job errors',
        log: [
          ...task.log
            .slice(0, -2)
            .map((line) => (line.startsWith('INFO: Finished Backup of VM 30066 ') ? failed : line)),
          'INFO: Backup job finished with errors',
          'TASK ERROR: job errors',
        ],
      });
      catchUpBackups(world);
    },
  },
  'backup-damaged': {
    title: 'Verification found the newest backup of postgres1 damaged',
    expect: 'pbs.verify-failed/main/pve/vm/30040',
    apply(world) {
      const [newest, job] = [
        newestOf(world, 'postgres1'),
        world.backupServer.jobs.find(({ kind }) => kind === 'verify'),
      ];
      if (!newest || !job) return;
      Object.assign(newest, { damaged: true, verification: null });
      runJob(world, job, Math.max(newest.at + 11 * minute, world.now() - 2 * hour));
    },
  },
  'datastore-filling': {
    title: 'The datastore main will be full in nine days',
    expect: 'pbs.datastore-filling/main',
    apply: (world) => setUsage(world, 0.82, 245 * 2 ** 30),
  },
  'garbage-collection-failing': {
    title: 'Garbage collection of the datastore main fails',
    expect: 'pbs.gc-failed/main',
    apply: (world) =>
      fail(
        world,
        'gc',
        'main',
        'unexpected error on datastore traversal: Permission denied (os error 13) - "/mnt/datastore/main/.chunks/3f2a"',
      ),
  },
  'offsite-copy-failing': {
    title: 'Backups no longer get to the attic',
    expect: 'pbs.sync-failed/main/attic',
    apply: (world) => fail(world, 'sync', 'attic', 'sync failed with some errors.'),
  },
  'datastore-lost': {
    title: 'The file system of the datastore main is gone',
    expect: 'pbs.datastore-error/main',
    apply: (world) => lose(world, 'path'),
  },
  'datastore-unmounted': {
    title: 'The disk of the datastore main has gone and left an empty folder behind',
    expect: 'pbs.datastore-empty/main',
    apply: (world) => lose(world, 'mount'),
  },
  'datastore-new': {
    title: 'A datastore was made an hour ago and holds nothing yet: nothing is wrong',
    apply(world) {
      const [main] = world.backupServer.datastores;
      if (main)
        world.backupServer.datastores.push({
          ...main,
          name: 'lab',
          comment: null,
          namespaces: [''],
          storage: null,
          usedBytes: 0,
          growthBytesPerDay: 0,
        });
      for (const job of world.backupServer.jobs)
        if (job.store === 'main' && (job.kind === 'verify' || job.kind === 'gc'))
          world.backupServer.jobs.push({
            ...job,
            id: job.kind === 'gc' ? 'lab' : 'lab-nightly',
            store: 'lab',
            next: world.now() + day,
            last: null,
            good: null,
          });
    },
  },
  'chunk-missing': {
    title: 'Garbage collection of the datastore main misses a chunk that backups need',
    expect: 'pbs.gc-warnings/main',
    apply: (world) =>
      warn(world, [
        'warning: unable to access non-existent chunk 6411e0d2, required by "/mnt/datastore/main/ns/pve/ct/10028/root.pxar.didx"',
      ]),
  },
  'bad-chunk-left-over': {
    title: 'A corrupt chunk is left over that no backup uses any more: nothing is wrong',
    apply(world) {
      for (const job of world.backupServer.jobs)
        if (job.kind === 'gc' && job.store === 'main')
          job.counters = { ...job.counters, stillBad: 1 };
    },
  },
  'offsite-copy-weekly': {
    title: 'The disk in the drawer is mounted, with the copies of last week: nothing is wrong',
    apply(world) {
      for (const store of world.backupServer.datastores)
        if (store.name === 'usb-offsite') store.mounted = true;
    },
  },
  'backup-still-running': {
    title: "Last night's backup of nextcloud is large and still runs: nothing is wrong",
    apply(world) {
      const { node, vmid } = world.guest('nextcloud');
      forget(world, 'nextcloud', 1);
      for (const job of world.proxmox.backupJobs)
        if (job.id === 'backup-daily') job.guests?.push(vmid);
      startTask(world.proxmox.tasks, {
        node,
        type: 'vzdump',
        id: '',
        user: 'root@pam',
        startedAt: world.now() - 3 * hour,
        log: [
          `INFO: Starting Backup of VM ${vmid} (qemu)`,
          'INFO: status: 61% (195.2 GiB of 320.0 GiB), duration 2:51',
        ],
      });
    },
  },
  'datastore-usage-falling': {
    title: 'The datastore main was full to four fifths, and its usage falls: nothing is wrong',
    apply: (world) => setUsage(world, 0.8, -90 * 2 ** 30),
  },
  'datastore-read-only': {
    title: 'Somebody has set the disk in the drawer to read-only: nothing is wrong',
    apply(world) {
      for (const store of world.backupServer.datastores)
        if (store.name === 'usb-offsite')
          Object.assign(store, { mounted: true, maintenance: 'read-only,message=disk check' });
    },
  },
} satisfies Record<string, Incident>;
