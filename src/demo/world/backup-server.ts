import { ingest } from './backup-arrivals.ts';
import { createJobs, runDueJobs, type ServerJob } from './backup-jobs.ts';
import { keepsake, older, type ServerSnapshot } from './backup-snapshots.ts';
import type { ServerTask } from './backup-tasks.ts';
import type { Base } from './base.ts';
import { hour, lastTime } from './clock.ts';
import { catchUp, type ProxmoxWorld } from './proxmox.ts';

const TiB = 2 ** 40;
const GiB = 2 ** 30;

/** What the backup server in the guest `pbs` holds. Sizes bytes, times ms. */
export interface BackupServer {
  version: string;
  datastores: ServerDatastore[];
  snapshots: ServerSnapshot[];
  jobs: ServerJob[];
  tasks: ServerTask[];
  /** Machines that back themselves up. `next`: when they do it again. */
  hosts: { id: string; next: number }[];
}
/**
 * `storage` is the Proxmox VE storage that shows it and decides how full it is. `fault` keeps it from being opened. `maintenance` is a property string.
 * `lost` is what became of its file system under a server that goes on running: the path is gone, or is there and empty.
 */
export interface ServerDatastore {
  name: string;
  comment: string | null;
  namespaces: string[];
  storage: string | null;
  totalBytes: number;
  usedBytes: number;
  reservedBytes: number;
  growthBytesPerDay: number;
  removable: boolean;
  mounted: boolean;
  s3: boolean;
  maintenance: string | null;
  fault: string | null;
  lost: 'path' | 'mount' | null;
}
/** The house once its backup server and its cluster stand. */
export type BackupWorld = Base & { proxmox: ProxmoxWorld; backupServer: BackupServer };

export function createBackupServer(base: Base & { proxmox: ProxmoxWorld }): BackupServer {
  const since = lastTime(base.now(), 0, 8);
  const server: BackupServer = {
    version: '4.2.3',
    datastores: createDatastores(),
    snapshots: [],
    jobs: createJobs(since),
    tasks: [],
    hosts: ['gw1', 'nas1'].map((id, i) => ({ id, next: since + 3.5 * hour + i * 600_000 })),
  };
  server.snapshots.push(...older(base), keepsake(base));
  catchUpBackups({ ...base, backupServer: server });
  return server;
}

/** Lets everything have happened that the clock says: the nightly backups of Proxmox VE, those of the machines, the server's own jobs. */
export function catchUpBackups(runtime: BackupWorld): void {
  catchUp(runtime, runtime.proxmox);
  ingest(runtime);
  runDueJobs(runtime);
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
