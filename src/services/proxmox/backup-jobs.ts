import type { BackupJob } from './schema/cluster.ts';
import type { Guest } from './schema/resources.ts';

/** The guests that a job backs up, whether it is on or not. */
export const membersOf = (job: BackupJob, guests: readonly Guest[]): Guest[] =>
  guests.filter(({ vmid, pool }) => {
    if (job.all) return !job.exclude.includes(vmid);
    return job.pool === undefined ? job.vmids.includes(vmid) : pool === job.pool;
  });
