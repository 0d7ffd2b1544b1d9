import type { Ref } from '../../core/map.ts';
import type { BackupGroup } from './group-state.ts';
import { groupPath } from './namespaces.ts';
import type { Job } from './schema/job.ts';

/** What the parts of a backup server are called in the map. */
export const refOfServer = (instance: string): Ref => `instance/pbs/${instance}`;
export const refOfStore = (instance: string, store: string): Ref =>
  `datastore/${instance}/${store}`;
export const refOfGroup = (
  instance: string,
  group: Pick<BackupGroup, 'store' | 'namespace' | 'type' | 'id'>,
): Ref => `backup/${instance}/${groupPath(group)}`;

/** Two kinds of jobs may have the same id; that of a garbage collection is its datastore. */
export const refOfJob = (instance: string, { kind, id }: Pick<Job, 'kind' | 'id'>): Ref =>
  `job/pbs/${instance}/${kind}/${id}`;
