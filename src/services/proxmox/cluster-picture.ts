import type { Address } from './addresses.ts';
import type { BackupJob, ClusterStatus, HaStatus } from './schema/cluster.ts';
import type { GuestConfig } from './schema/guest.ts';
import type { Resources } from './schema/resources.ts';

/** What was read of one cluster, as far as it was. */
export interface ClusterPicture {
  instance: string;
  /** The instance, where there are several: what a call about a part of it has to name. */
  label: string | undefined;
  resources: Resources;
  /** Nodes that report nothing: what the list says of their guests and storages is old. */
  silentNodes: ReadonlySet<string>;
  status?: ClusterStatus | undefined;
  ha?: HaStatus | undefined;
  backupJobs?: readonly BackupJob[] | undefined;
  /** By VMID, of the guests whose configuration was read. */
  configs: ReadonlyMap<number, GuestConfig>;
  /** By VMID, of the guests that were asked; of others the configuration tells. */
  observed?: ReadonlyMap<number, readonly Address[]> | undefined;
}
