import type { Task } from './proxmox-tasks.ts';

/** What Proxmox VE knows beyond nodes and guests. Sizes bytes, times ms. */
export interface ProxmoxWorld {
  /** `haDead`: the HA manager and its agents have stopped. */
  cluster: { name: string; version: number; quorate: boolean; haDead: boolean };
  storages: Storage[];
  backupJobs: BackupJob[];
  tasks: Task[];
  disks: Disk[];
  pools: ZfsPool[];
  certificates: NodeCertificate[];
  updates: Update[];
  replications: Replication[];
}
/** One storage as one or several nodes see it; local ones stand once per node. */
export interface Storage {
  name: string;
  type: string;
  content: string[];
  shared: boolean;
  nodes: string[];
  active: boolean;
  totalBytes: number;
  usedBytes: number;
}
/** `guests` null backs up everything except `exclude`. `everyMs` is what `schedule` says in words. */
export interface BackupJob {
  id: string;
  schedule: string;
  storage: string;
  mode: 'snapshot' | 'suspend' | 'stop';
  enabled: boolean;
  comment: string;
  nextRun: number;
  everyMs: number;
  guests: number[] | null;
  exclude: number[];
  keep: Record<string, number>;
}
/** `lifeLeft` is percent, null for disks that do not report it. */
export interface Disk {
  node: string;
  path: string;
  kind: 'nvme' | 'ssd' | 'hdd';
  sizeBytes: number;
  model: string;
  serial: string;
  health: string;
  lifeLeft: number | null;
  used: string;
}
export interface ZfsPool {
  node: string;
  name: string;
  sizeBytes: number;
  usedBytes: number;
  health: string;
  fragmentation: number;
}
export interface NodeCertificate {
  node: string;
  file: string;
  subject: string;
  issuer: string;
  notBefore: number;
  notAfter: number;
  san: string[];
}
export interface Update {
  node: string;
  name: string;
  title: string;
  version: string;
  oldVersion: string;
  origin: string;
  section: string;
}
/** Zero in `lastSync` means never. One that is switched off is listed with what it last did. */
export interface Replication {
  disabled: boolean;
  guest: number;
  target: string;
  schedule: string;
  lastSync: number;
  lastTry: number;
  nextSync: number;
  failCount: number;
  error: string | null;
  durationSeconds: number;
}
