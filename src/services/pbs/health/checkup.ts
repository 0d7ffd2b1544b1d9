import type { Check } from '../../../core/health.ts';
import type { Pbs } from '../client.ts';
import type { Jobs, Store } from '../datastores.ts';
import type { GroupListing } from '../group-listing.ts';
import type { Permissions } from '../schema/access.ts';
import type { Task } from '../schema/task.ts';

/** What was asked of one server, once, for every part that judges it. Undefined is "not known", never "fine". */
export interface Checkup {
  server: Pbs;
  check: Check;
  stores: readonly Store[];
  /** Whether the datastores could be listed: without it that there are none says nothing. */
  hasStores: boolean;
  permissions: Permissions | undefined;
  jobs: Jobs;
  /** Of the last days, without those that went well; undefined also where only a part of them may be seen. */
  tasks: readonly Task[] | undefined;
  listing: GroupListing;
  /** The instance, where there are several: they may have the same datastores. */
  label: string | undefined;
}
