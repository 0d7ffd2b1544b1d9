import * as z from 'zod';
import { oneLine } from '../../../core/base/text.ts';
import { flag, maybe, moment, ref, text, time, words } from './fields.ts';

const Params = z
  .object({ debug: flag, dry_run: flag, plan: flag, limit: words, tags: words, skip_tags: words })
  .nullish()
  .catch(undefined);

/** `limit` and the flags stood on the task itself until 2.10, and stand in `params` since. */
export const Task = z
  .object({
    id: z.int(),
    template_id: z.int(),
    project_id: z.int(),
    status: z.string(),
    playbook: text,
    created: moment,
    start: maybe(time),
    end: maybe(time),
    message: text,
    user_id: ref,
    user_name: text,
    schedule_id: ref,
    integration_id: ref,
    build_task_id: ref,
    inventory_id: ref,
    version: text,
    commit_hash: text,
    tpl_alias: text,
    tpl_playbook: text,
    dry_run: flag,
    limit: text,
    params: Params,
  })
  .transform(({ params, limit, ...task }) => ({
    id: task.id,
    templateId: task.template_id,
    projectId: task.project_id,
    status: task.status,
    template: oneLine(task.tpl_alias) || undefined,
    playbook: task.playbook || task.tpl_playbook || undefined,
    createdAt: task.created,
    startedAt: task.start,
    endedAt: task.end,
    message: task.message || undefined,
    userId: task.user_id,
    user: task.user_name || undefined,
    scheduleId: task.schedule_id,
    integrationId: task.integration_id,
    buildTaskId: task.build_task_id,
    version: task.version || undefined,
    commit: task.commit_hash || undefined,
    dryRun: task.dry_run || params?.dry_run === true || params?.plan === true,
    limit:
      params && params.limit.length > 0
        ? params.limit
        : limit
            .split(',')
            .map((word) => word.trim())
            .filter(Boolean),
  }));
export type Task = z.output<typeof Task>;

const finished = new Set(['success', 'error', 'stopped']);
/** A status nobody knows yet counts as not finished. */
export const isFinished = ({ status }: Pick<Task, 'status'>): boolean => finished.has(status);

/** By the time they were made; what was made in the same second stays as it is listed. Ids are no clock: BoltDB counts them down. */
export const newestFirst = (a: Task, b: Task): number => b.createdAt - a.createdAt;

/** One line of output; only these two fields are in every version. */
export const OutputLine = z.object({ output: text });
