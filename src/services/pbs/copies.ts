import { isOverdue } from './backup-interval.ts';
import type { BackupGroup, Timing } from './group-state.ts';
import { namespacePath, reaches, sourceNamespace } from './namespaces.ts';
import type { SyncJob } from './schema/job.ts';

/** A copy arrives when its sync job runs, whatever the times of its backups say: it is judged as of that run, and by what its source has. */
export const withCopiesMarked = (
  groups: readonly BackupGroup[],
  jobs: readonly SyncJob[] = [],
): BackupGroup[] =>
  groups.map((group) => {
    const job = jobs.find((candidate) => brings(candidate, group));
    if (!job) return group;
    const source = groups.find((other) => isSource(other, group, job));
    return {
      ...group,
      copyOf: source && namespacePath(source),
      timing: timingOf(group, source, job),
    };
  });

function timingOf(group: BackupGroup, source: BackupGroup | undefined, job: SyncJob): Timing {
  const { timing } = group;
  if (!judgedByAge.has(timing) || (timing === 'retired' && !source)) return timing;
  if (!isBehind(group, source, job)) return 'copy';
  return source ? 'overdue' : timing;
}

const judgedByAge: ReadonlySet<Timing> = new Set(['on-time', 'overdue', 'retired']);

/** Whether a pull job fills a group. What others back up into the same place belongs to them. A job that never ran has brought nothing. */
function brings(job: SyncJob, group: BackupGroup): boolean {
  return (
    job.direction === 'pull' &&
    job.last !== 'never' &&
    reaches(job, group) &&
    (group.owner === undefined || group.owner === job.owner) &&
    passes(job.groupFilter, group)
  );
}

/** Filters include by `type:ct`, `group:vm/100` or `regex:…`, and exclude with `exclude:` before it; without one that includes, all are. Patterns are those of Rust: they are taken to let everything through, so that no copy is called late for one. */
function passes(filters: readonly string[], { type, id }: BackupGroup): boolean {
  const names = (filter: string): boolean =>
    filter === `type:${type}` || filter === `group:${type}/${id}`;
  const excluded = filters.flatMap((filter) => /^exclude:(.*)$/.exec(filter)?.[1] ?? []);
  const included = filters.flatMap(
    (filter) => /^(?:include:)?((?:type|group|regex):.*)$/.exec(filter)?.[1] ?? [],
  );
  const isIncluded =
    included.length === 0 ||
    included.some((filter) => filter.startsWith('regex:') || names(filter));
  return isIncluded && !excluded.some(names);
}

/** Only of a job within this server: the other side of a remote one cannot be seen. */
const isSource = (
  { store, namespace, type, id }: BackupGroup,
  group: BackupGroup,
  job: SyncJob,
): boolean =>
  job.remote === undefined &&
  store === job.remoteStore &&
  type === group.type &&
  id === group.id &&
  namespace === sourceNamespace(job.remoteNamespace ?? '', job.namespace ?? '', group.namespace);

/** Whether it lacks what the last run should have brought. That a run failed is said of the job. */
function isBehind(
  { lastAt = 0, intervalMs }: BackupGroup,
  source: BackupGroup | undefined,
  { last, startedAt }: SyncJob,
): boolean {
  if (source?.lastAt !== undefined && source.lastAt <= lastAt) return false;
  if ((last !== 'ok' && last !== 'warning') || startedAt === undefined) return false;
  return intervalMs !== undefined && isOverdue(startedAt - lastAt, intervalMs);
}
