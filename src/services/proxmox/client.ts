import * as z from 'zod';
import { UpstreamError } from '../../core/base/errors.ts';
import type { Fleet } from '../../core/fleet.ts';
import { path, type ReadHttp, type WriteHttp } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { describeError } from './describe-error.ts';
import {
  AgentInterfaces,
  BackupJobs,
  ClusterStatus,
  ContainerInterfaces,
  data,
  Disk,
  GuestConfig,
  GuestStatus,
  HaStatus,
  nodeOf,
  NodeStatus,
  NotBackedUp,
  Permissions,
  Pool,
  Replication,
  Resources,
  ServedCertificate,
  Snapshots,
  Task,
  TaskExit,
  TaskLog,
  Update,
  Version,
  warningsIn,
  type GuestRef,
} from './schema/index.ts';
import type { Settings } from './settings.ts';

const maxLogLines = 5_000;

const reads = (http: ReadHttp<Settings>) => ({
  instance: http.instance,
  settings: http.settings,
  now: http.now,
  until: http.until,
  progress: http.progress,

  version: () => http.get(path`/version`, data(Version)),
  /** Only for what this token may do; any token may ask. */
  permissions: () => http.get(path`/access/permissions`, data(Permissions)),
  /** Everything in one answer, at most ten seconds old. What the token may not see is left out without a word. */
  resources: () => http.get(path`/cluster/resources`, Resources),
  clusterStatus: () => http.get(path`/cluster/status`, data(ClusterStatus)),
  haStatus: () => http.get(path`/cluster/ha/status/current`, data(HaStatus)),
  backupJobs: () => http.get(path`/cluster/backup`, data(BackupJobs)),
  notBackedUp: () => http.get(path`/cluster/backup-info/not-backed-up`, data(NotBackedUp)),
  /** At most 25 a node, running ones first. Empty for a token without Sys.Audit on /, even for its own. */
  clusterTasks: () => http.get(path`/cluster/tasks`, data(z.array(Task))),

  nodeStatus: (node: string) => http.get(path`/nodes/${node}/status`, data(NodeStatus)),
  disks: (node: string) => http.get(path`/nodes/${node}/disks/list`, data(z.array(Disk))),
  /** A node without ZFS has none. */
  pools: (node: string) =>
    http.get(path`/nodes/${node}/disks/zfs`, data(z.array(Pool))).catch((error: unknown) => {
      if (error instanceof UpstreamError && error.message.includes('zfsutils-linux not installed'))
        return [];
      throw error;
    }),
  updates: (node: string) => http.get(path`/nodes/${node}/apt/update`, data(z.array(Update))),
  replications: (node: string) =>
    http.get(path`/nodes/${node}/replication`, data(z.array(Replication))),
  certificate: (node: string) =>
    http.get(path`/nodes/${node}/certificates/info`, data(ServedCertificate)),

  guestStatus: ({ node, type, vmid }: GuestRef) =>
    http.get(path`/nodes/${node}/${type}/${vmid}/status/current`, data(GuestStatus)),
  guestConfig: ({ node, type, vmid }: GuestRef) =>
    http.get(path`/nodes/${node}/${type}/${vmid}/config`, data(GuestConfig)),
  snapshots: ({ node, type, vmid }: GuestRef) =>
    http.get(path`/nodes/${node}/${type}/${vmid}/snapshot`, data(Snapshots)),
  containerInterfaces: ({ node, vmid }: GuestRef) =>
    http.get(path`/nodes/${node}/lxc/${vmid}/interfaces`, data(ContainerInterfaces)),
  agentInterfaces: ({ node, vmid }: GuestRef) =>
    http.get(path`/nodes/${node}/qemu/${vmid}/agent/network-get-interfaces`, data(AgentInterfaces)),
  /** Newest first, running ones before them; only those that ran on the guest's present node. */
  guestTasks: ({ node, vmid }: GuestRef, limit: number) =>
    http.get(path`/nodes/${node}/tasks`, data(z.array(Task)), { vmid, limit, source: 'all' }),

  /** Newest first, since a moment in ms; what ended with warnings is among them. */
  failedTasks: (node: string, since: number, limit: number) =>
    http.get(path`/nodes/${node}/tasks`, data(z.array(Task)), {
      errors: 1,
      since: Math.floor(since / 1000),
      limit,
    }),
  /** Those that ended, newest first, since a moment in ms. */
  nodeTasks: (node: string, since: number, limit: number) =>
    http.get(path`/nodes/${node}/tasks`, data(z.array(Task)), {
      since: Math.floor(since / 1000),
      limit,
    }),

  /** How a task ended, `OK` or the error; undefined while it runs. */
  taskExit: (upid: string) =>
    http.get(path`/nodes/${nodeOf(upid)}/tasks/${upid}/status`, data(TaskExit)),
  /** What a task that ended with warnings warned of; of a very long log only the beginning is read. */
  async taskWarnings(upid: string) {
    const { lines } = await http.get(path`/nodes/${nodeOf(upid)}/tasks/${upid}/log`, TaskLog, {
      start: 0,
      limit: maxLogLines,
    });
    return warningsIn(lines);
  },
  /** The last lines of a task's log. */
  async taskLogEnd(upid: string, lines: number) {
    const page = (start: number) =>
      http.get(path`/nodes/${nodeOf(upid)}/tasks/${upid}/log`, TaskLog, { start, limit: 50 });
    const first = await page(0);
    return (first.total > 50 ? await page(Math.max(0, first.total - lines)) : first).lines.slice(
      -lines,
    );
  },
});

/** A power operation as the path of the API names it: `shutdown` is clean, `stop` pulls the plug. */
export type Verb = 'start' | 'shutdown' | 'stop' | 'reboot';

const writes = (http: WriteHttp<Settings>) => ({
  /** Returns the UPID of the task at once. */
  power: ({ node, type, vmid }: GuestRef, verb: Verb, options?: { 'overrule-shutdown': 1 }) =>
    http.send(
      'POST',
      path`/nodes/${node}/${type}/${vmid}/status/${verb}`,
      options,
      data(z.string()),
    ),
});

/** One cluster, for reading. */
export type Proxmox = ReturnType<typeof reads>;
/** What may be ordered of one cluster's guests; only the effect of a write tool holds it. */
export type PowerWrites = ReturnType<typeof writes>;
/** Every cluster that a call may ask. */
export type Clusters = Fleet<Proxmox>;

export const { read, write, health, doctor, inventory, lately } = defineClient<
  Proxmox,
  PowerWrites,
  Settings
>({
  reads,
  writes,
  describeError,
  // 596 and above: a node took the request and then said nothing. 595 could not be connected to: nothing was carried out.
  silentStatus: (status) => status >= 596,
});
