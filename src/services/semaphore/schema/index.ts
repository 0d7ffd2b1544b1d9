import * as z from 'zod';
import { isObject, parseJson } from '../../../core/base/json.ts';
import { oneLine } from '../../../core/base/text.ts';

/**
 * Semaphore up to 2.10 sends explicit nulls, from 2.11 on it leaves out whatever is empty or false, and an empty list may be `null`.
 * Read from db/*.go at v2.9.64, v2.10.32 and 2.17.
 */
const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
/** Names stand in the middle of sentences: one line, whatever somebody typed. */
const title = z.string().transform((value) => oneLine(value));
/** A reference to something else; 2.9 spells "none" as 0. */
const ref = z
  .int()
  .nullish()
  .transform((value) => value || undefined);
/** RFC 3339 as milliseconds. The answer to POST carries nanoseconds and the server's zone. Go's zero time means never. */
const time = z
  .string()
  .transform((value) => Date.parse(value))
  .refine((ms) => !Number.isNaN(ms), 'not a time')
  .transform((ms) => (ms > 0 ? ms : undefined));
const moment = time.pipe(z.number());
const words = z
  .array(z.string())
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? []);
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);

export const Info = z
  .object({ version: text, ansible: text, schedule_timezone: text, use_remote_runner: flag })
  .transform(({ version, ansible, schedule_timezone, use_remote_runner }) => ({
    version,
    ansible: ansible.split('\n')[0] ?? '',
    timezone: schedule_timezone || undefined,
    remoteRunners: use_remote_runner,
  }));

export const User = z.object({ id: z.int(), username: text, admin: flag });

export const Role = z.object({ role: text, permissions: maybe(z.int()) });

export const Project = z
  .object({ id: z.int(), name: title, max_parallel_tasks: maybe(z.int()) })
  .transform(({ id, name, max_parallel_tasks }) => ({
    id,
    name,
    maxParallelTasks: max_parallel_tasks || undefined,
  }));
export type Project = z.output<typeof Project>;

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
            .map((one) => one.trim())
            .filter(Boolean),
  }));
export type Task = z.output<typeof Task>;

const finished = new Set(['success', 'error', 'stopped']);
/** A status nobody knows yet counts as not finished. */
export const isFinished = ({ status }: Pick<Task, 'status'>): boolean => finished.has(status);

const SurveyVar = z
  .object({
    name: z.string(),
    title: text,
    required: flag,
    type: text,
    default_value: text,
    values: listOf(z.object({ name: text, value: text })),
  })
  .transform(({ default_value, values, ...variable }) => ({
    ...variable,
    defaultValue: default_value || undefined,
    values: values.map(({ value }) => value),
  }));
export type SurveyVar = z.output<typeof SurveyVar>;

const TaskParams = z
  .object({
    allow_override_limit: flag,
    allow_override_tags: flag,
    allow_override_skip_tags: flag,
    allow_override_inventory: flag,
    auto_approve: flag,
    limit: words,
    tags: words,
    skip_tags: words,
  })
  .nullish()
  .catch(undefined);

export const Template = z
  .object({
    id: z.int(),
    project_id: z.int(),
    name: title,
    app: text,
    type: text,
    playbook: text.transform((value) => oneLine(value)),
    inventory_id: ref,
    environment_id: ref,
    environment_ids: listOf(z.int()),
    build_template_id: ref,
    arguments: z.union([z.string(), z.array(z.string())]).nullish(),
    git_branch: text,
    description: text,
    autorun: flag,
    survey_vars: listOf(SurveyVar),
    runner_tag: text,
    permissions: maybe(z.int()),
    allow_override_args_in_task: flag,
    allow_override_branch_in_task: flag,
    allow_parallel_tasks: flag,
    task_params: TaskParams,
    last_task: maybe(Task),
  })
  .transform((template) => ({
    id: template.id,
    projectId: template.project_id,
    name: template.name,
    app: template.app,
    type: template.type,
    playbook: template.playbook,
    inventoryId: template.inventory_id,
    environmentIds: [...new Set([template.environment_id ?? [], template.environment_ids].flat())],
    buildTemplateId: template.build_template_id,
    arguments: shellWords(template.arguments),
    branch: template.git_branch || undefined,
    description: template.description || undefined,
    autorun: template.autorun,
    survey: template.survey_vars,
    runnerTag: template.runner_tag || undefined,
    permissions: template.permissions,
    parallel: template.allow_parallel_tasks,
    limit: template.task_params?.limit ?? [],
    tags: template.task_params?.tags ?? [],
    skipTags: template.task_params?.skip_tags ?? [],
    autoApprove: template.task_params?.auto_approve ?? false,
    allows: {
      arguments: template.allow_override_args_in_task,
      branch: template.allow_override_branch_in_task,
      limit: template.task_params?.allow_override_limit ?? false,
      tags: template.task_params?.allow_override_tags ?? false,
      skipTags: template.task_params?.allow_override_skip_tags ?? false,
      inventory: template.task_params?.allow_override_inventory ?? false,
    },
    lastTask: template.last_task,
  }));
export type Template = z.output<typeof Template>;

/** `arguments` is a string that holds a JSON array, or for Terraform an object of arrays. */
function shellWords(value: string | string[] | null | undefined): string | undefined {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return oneLine(Array.isArray(parsed) ? parsed.join(' ') : String(value ?? ''), 500) || undefined;
}

export const Inventory = z
  .object({ id: z.int(), name: title, type: text, inventory: text })
  .transform(({ inventory, ...rest }) => ({ ...rest, content: inventory }));
export type Inventory = z.output<typeof Inventory>;

/** Values stay behind: `json` and `env` are plain text and often hold passwords. `undefined` names were not readable. */
export const Environment = z
  .object({
    id: z.int(),
    name: title,
    json: maybe(z.string()),
    env: maybe(z.string()),
    secrets: listOf(z.object({ name: text, type: text })),
  })
  .transform(({ id, name, json, env, secrets }) => ({
    id,
    name,
    variables: keysOf(json),
    environment: keysOf(env),
    secrets: secrets.map((secret) => secret.name),
  }));
export type Environment = z.output<typeof Environment>;

function keysOf(json: string | undefined): string[] | undefined {
  if (!json?.trim()) return [];
  const parsed = parseJson(json);
  return isObject(parsed) ? Object.keys(parsed) : undefined;
}

/** `active` does not exist before 2.10: every schedule was. With a `repository_id` it runs only when that repository has a new commit. */
export const Schedule = z
  .object({
    id: z.int(),
    template_id: z.int(),
    name: text,
    cron_format: text,
    active: z.boolean().nullish(),
    repository_id: ref,
    type: text,
    run_at: maybe(time),
    tpl_name: text,
  })
  .transform((schedule) => ({
    id: schedule.id,
    templateId: schedule.template_id,
    name: schedule.name || undefined,
    template: schedule.tpl_name || undefined,
    cron: schedule.cron_format,
    active: schedule.active ?? true,
    pollsRepository: schedule.repository_id !== undefined,
    once: schedule.type === 'run_at',
    runAt: schedule.run_at,
  }));
export type Schedule = z.output<typeof Schedule>;

export const Event = z
  .object({ object_type: text, object_id: ref, created: moment })
  .transform(({ object_type, object_id, created }) => ({
    type: object_type,
    id: object_id,
    at: created,
  }));

/** One line of output; only these two fields are in every version. */
export const OutputLine = z.object({ output: text });
