import { ingest } from './backup-arrivals.ts';
import { createJobs, runDueJobs } from './backup-jobs.ts';
import { keepsake, older } from './backup-snapshots.ts';
import type { BackupServer, BackupWorld, ServerDatastore } from './backup-types.ts';
import type { Base } from './base.ts';
import { hour, lastTime } from './clock.ts';
import type { ProxmoxWorld } from './proxmox-types.ts';
import { catchUp } from './proxmox.ts';

export type { BackupServer, BackupWorld, ServerDatastore } from './backup-types.ts';

const TiB = 2 ** 40;
const GiB = 2 ** 30;

export function createBackupServer(base: Base & { proxmox: ProxmoxWorld }): BackupServer {
  const since = lastTime(base.now(), 0, 8);
  const server: BackupServer = {
    version: '4.2.3',
    datastores: createDatastores(),
    snapshots: [],
    jobs: createJobs(since),
    tasks: [],
    ingested: { of: '', until: 0 },
    hosts: ['gw1', 'nas1'].map((id, i) => ({ id, next: since + 3.5 * hour + i * 600_000 })),
  };
  server.snapshots.push(...older(base), keepsake(base));
  // A view and not a copy: what it stands on may be a world that would make its backup server for it.
  catchUpBackups(Object.create(base, { backupServer: { value: server } }) as BackupWorld);
  return server;
}

/** Lets everything have happened that the clock says: the nightly backups of Proxmox VE, those of the machines, the server's own jobs. */
export function catchUpBackups(world: BackupWorld): void {
  catchUp(world, world.proxmox);
  ingest(world);
  runDueJobs(world);
}

const createDatastores = (): ServerDatastore[] => [
  {
    name: 'main',
    comment: 'RAID-Z2, nightly',
    namespaces: ['', 'pve', 'pve/archive'],
    storage: 'pbs-main',
    totalBytes: 12 * TiB,
    usedBytes: 5 * TiB,
    reservedBytes: 0,
    growthBytesPerDay: 4 * GiB,
    removable: false,
    mounted: true,
    s3: false,
    maintenance: null,
    fault: null,
    lost: null,
  },
  {
    name: 'usb-offsite',
    comment: 'Disk in the drawer',
    namespaces: ['', 'pve'],
    storage: null,
    totalBytes: 8 * TiB,
    usedBytes: 4 * TiB,
    reservedBytes: 0,
    growthBytesPerDay: 0,
    removable: true,
    mounted: false,
    s3: false,
    maintenance: null,
    fault: null,
    lost: null,
  },
];
