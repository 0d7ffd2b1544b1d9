import type { JobTemplate } from '../../../demo/world/semaphore.ts';
import type { JobTask } from '../../../demo/world/semaphore-runs.ts';
import { goTime, isOld, older, omitEmpty, type Row } from './generation.ts';
import { taskId, type Knobs } from './visit.ts';

/** The task in the shape of db/Task.go; lists add the columns of its template. */
export function taskRow(task: JobTask, knobs: Knobs, template?: JobTemplate): Row {
  const { version } = knobs;
  const { templateId, projectId, status, environment, message, params } = task;
  const row = {
    id: taskId(knobs, task.id),
    template_id: templateId,
    project_id: projectId,
    status,
    playbook: '',
    created: goTime(task.createdAt),
  };
  const pointers = {
    arguments: task.arguments,
    user_id: task.userId,
    start: goTime(task.startedAt),
    end: goTime(task.endedAt),
    commit_hash: task.commit,
    build_task_id: task.buildTaskId === null ? null : taskId(knobs, task.buildTaskId),
    version: task.version,
    inventory_id: task.inventoryId,
    ...(!older(version, 2, 10) && {
      git_branch: task.branch,
      integration_id: null,
      schedule_id: isOld(version) ? null : task.scheduleId,
    }),
  };
  const columns = template && { tpl_playbook: template.playbook, tpl_alias: template.name };
  const joined = template && {
    tpl_type: template.type,
    ...(!older(version, 2, 10) && { tpl_app: template.app }),
    user_name: task.userId === null ? null : task.userId === 1 ? 'Lares' : 'Operator',
  };
  if (isOld(version)) {
    const limit = (params['limit'] as string[] | undefined)?.join(',') ?? '';
    return {
      ...row,
      debug: false,
      dry_run: task.dryRun,
      diff: task.diff,
      environment,
      limit,
      ...(!older(version, 2, 10) && { secret: '{}' }),
      ...pointers,
      message,
      commit_message: '',
      ...columns,
      ...joined,
      ...(columns && { build_task: null }),
    };
  }
  return {
    ...row,
    ...omitEmpty({
      environment,
      ...pointers,
      message,
      params: Object.keys(params).length > 0 ? params : null,
    }),
    limit: '',
    ...columns,
    ...(joined && omitEmpty(joined)),
  };
}
