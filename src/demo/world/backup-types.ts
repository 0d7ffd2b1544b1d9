import type { ServerSnapshot } from './backup-snapshots.ts';
import type { ServerTask } from './backup-tasks.ts';
import type { Base } from './base.ts';
import type { ProxmoxWorld } from './proxmox-types.ts';

/** What the backup server in the guest `pbs` holds. Sizes bytes, times ms. */
export interface BackupServer {
  version: string;
  datastores: ServerDatastore[];
  snapshots: ServerSnapshot[];
  jobs: ServerJob[];
  tasks: ServerTask[];
  /** Machines that back themselves up. `next`: when they do it again. */
  hosts: { id: string; next: number }[];
  /** What the tasks of Proxmox VE were when they were last gone through, and until when that holds. */
  ingested: { of: string; until: number };
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
/** The homelab once its backup server and its cluster stand. */
export type BackupWorld = Base & { proxmox: ProxmoxWorld; backupServer: BackupServer };

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
  options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
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
