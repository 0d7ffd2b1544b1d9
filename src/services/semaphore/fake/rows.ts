import type {
  JobEnvironment,
  JobInventory,
  JobSchedule,
  JobTemplate,
  SemaphoreWorld,
} from '../../../demo/world/semaphore.ts';
import type { JobTask } from '../../../demo/world/semaphore-runs.ts';
import { isBefore, versionOf } from '../version.ts';

export type Row = Record<string, unknown>;

/** Which generation of JSON a version speaks: with explicit nulls and top-level flags, or without whatever is empty. */
export const isOld = (version: string): boolean => isBefore(versionOf(version), 2, 11) === true;
const older = (version: string, ...than: number[]): boolean =>
  isBefore(versionOf(version), ...than) === true;

/** Go's RFC 3339 in UTC, to the second. */
export const goTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Go's `omitempty`: what is false, empty or null is not there. */
const omitEmpty = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        value !== false &&
        value !== '' &&
        value !== 0 &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );

export function projectRow(
  { id, name, createdAt, maxParallelTasks }: SemaphoreWorld['projects'][number],
  version: string,
): Row {
  const row = { id, name, created: goTime(createdAt) };
  return isOld(version)
    ? { ...row, alert: false, alert_chat: null, max_parallel_tasks: maxParallelTasks }
    : { ...row, ...omitEmpty({ max_parallel_tasks: maxParallelTasks }), type: '' };
}

/** The task in the shape of db/Task.go; lists add the columns of its template. */
export function taskRow(task: JobTask, version: string, template?: JobTemplate): Row {
  const { id, templateId, projectId, status, environment, message, params } = task;
  const row = {
    id,
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
    build_task_id: task.buildTaskId,
    version: task.version,
    inventory_id: task.inventoryId,
    ...(!older(version, 2, 10) && {
      git_branch: task.branch,
      integration_id: null,
      schedule_id: isOld(version) ? null : task.scheduleId,
    }),
  };
  const list = template && { tpl_playbook: template.playbook, tpl_alias: template.name };
  const more = template && {
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
      ...list,
      ...more,
      ...(list && { build_task: null }),
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
    ...list,
    ...(more && omitEmpty(more)),
  };
}

export function templateRow(
  template: JobTemplate,
  world: SemaphoreWorld,
  version: string,
  single: boolean,
  permissions: number,
): Row {
  const { id, projectId, name, playbook, type, allows, survey } = template;
  const tasks = world.tasks.filter(({ templateId }) => templateId === id);
  const last = tasks.at(-1);
  const row = { id, project_id: projectId, repository_id: 1, name, playbook };
  const old = isOld(version);
  const questions = survey.map(
    ({ name: variable, title, type: kind, required, values, defaultValue }) => {
      const flags = {
        required,
        type: kind,
        description: '',
        values: values.map((value) => ({ name: value, value })),
        default_value: defaultValue,
      };
      return { name: variable, title, ...(old ? flags : omitEmpty(flags)) };
    },
  );
  const more = {
    inventory_id: template.inventoryId,
    environment_id: template.environmentId,
    arguments: template.arguments.length > 0 ? JSON.stringify(template.arguments) : null,
    description: template.description,
    type,
    start_version: null,
    build_template_id: template.buildTemplateId,
    view_id: null,
    autorun: template.autorun,
    allow_override_args_in_task: allows.includes('arguments'),
    suppress_success_alerts: false,
    app: old && older(version, 2, 10, 16) && template.app === 'ansible' ? '' : template.app,
    // Lists leave the survey out until 2.12 (issue 2737).
    survey_vars:
      single || !older(version, 2, 13) ? (questions.length > 0 ? questions : null) : null,
  };
  const lastTask = last && { last_task: taskRow(last, version, template) };
  if (old)
    return {
      ...row,
      ...more,
      ...(older(version, 2, 10)
        ? { vault_key_id: null }
        : { vaults: [], git_branch: template.branch, tasks: tasks.length }),
      ...lastTask,
    };
  return {
    ...row,
    ...omitEmpty(more),
    ...omitEmpty({
      git_branch: template.branch,
      task_params: taskParams(template),
      runner_tag: template.runnerTag,
      allow_override_branch_in_task: allows.includes('branch'),
      allow_parallel_tasks: template.parallel,
    }),
    tasks: tasks.length,
    ...lastTask,
    ...(!older(version, 2, 16) && { permissions: single ? permissions : null }),
    ...(!older(version, 2, 18) &&
      template.environmentId !== null && { environment_ids: [template.environmentId] }),
  };
}

function taskParams({ app, allows, limit, autoApprove }: JobTemplate): Row | null {
  if (app !== 'ansible') return autoApprove ? { auto_approve: true } : null;
  return {
    allow_debug: allows.includes('debug'),
    allow_override_inventory: allows.includes('inventory'),
    allow_override_limit: allows.includes('limit'),
    allow_override_tags: allows.includes('tags'),
    allow_override_skip_tags: allows.includes('skipTags'),
    limit: limit.length > 0 ? limit : null,
    tags: null,
    skip_tags: null,
  };
}

export const inventoryRow = ({ id, projectId, name, type, content }: JobInventory): Row => ({
  id,
  name,
  project_id: projectId,
  inventory: content,
  ssh_key_id: 1,
  become_key_id: null,
  type,
  template_id: null,
  repository_id: type === 'file' ? 1 : null,
});

export const environmentRow = (
  { id, projectId, name, json, env, secrets }: JobEnvironment,
  version: string,
): Row => ({
  id,
  name,
  project_id: projectId,
  password: null,
  json,
  env,
  ...(secrets.length > 0 &&
    !older(version, 2, 10) && { secrets: secrets.map((secret) => ({ ...secret, secret: '' })) }),
});

export function scheduleRow(
  { id, projectId, templateId, name, cron, active, repositoryId, runAt }: JobSchedule,
  world: SemaphoreWorld,
  version: string,
): Row {
  const row = {
    id,
    project_id: projectId,
    template_id: templateId,
    cron_format: runAt === null ? cron : '',
    repository_id: repositoryId,
  };
  if (older(version, 2, 10)) return row;
  const named = {
    ...row,
    name,
    active,
    tpl_name: world.templates.find((one) => one.id === templateId)?.name ?? '',
  };
  return isOld(version)
    ? named
    : {
        ...named,
        type: runAt === null ? '' : 'run_at',
        delete_after_run: false,
        ...(runAt !== null && { run_at: goTime(runAt) }),
      };
}

export const eventRow = ({
  projectId,
  type,
  id,
  description,
  at,
}: SemaphoreWorld['events'][number]): Row => ({
  user_id: 2,
  project_id: projectId,
  integration_id: null,
  object_id: id,
  object_type: type,
  description,
  created: goTime(at),
  object_name: '',
  project_name: 'Homelab',
  username: 'operator',
});
