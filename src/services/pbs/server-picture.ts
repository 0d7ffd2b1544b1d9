import type { Jobs, Store } from './datastores.ts';
import type { BackupGroup } from './group-state.ts';

/** What was read of one backup server, as far as it was. */
export interface ServerPicture {
  instance: string;
  /** The instance, where there are several: what a call about a part of it has to name. */
  label: string | undefined;
  stores: readonly Store[];
  jobs: Jobs;
  groups: readonly BackupGroup[];
  /** Datastores that should hold backups and are seen to hold none. */
  seenEmpty: ReadonlySet<string>;
}
