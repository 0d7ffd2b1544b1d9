import type { Check } from '../../../core/health.ts';
import type { Proxmox } from '../client.ts';
import type { BackupJob, ClusterStatus, HaStatus, Permissions } from '../schema/cluster.ts';
import type { GuestConfig } from '../schema/guest.ts';
import type { Resources } from '../schema/resources.ts';
import type { Task } from '../schema/task.ts';

/** What was asked of one cluster, once, for every part that judges it. Undefined is "not known", never "fine". */
export interface Checkup {
  cluster: Proxmox;
  check: Check;
  resources: Resources;
  permissions: Permissions | undefined;
  tasks: Task[] | undefined;
  ha: HaStatus | undefined;
  status: ClusterStatus | undefined;
  backupJobs: readonly BackupJob[] | undefined;
  /** By VMID: of those few guests whose configuration is read to judge them. */
  configs: Map<number, GuestConfig>;
  /** Nodes that are online but report nothing: what the list says of their guests and storages is old. */
  silentNodes: ReadonlySet<string>;
  /** The instance, where there are several: they may have the same VMIDs and node names. */
  label: string | undefined;
}
