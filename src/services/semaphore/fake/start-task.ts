import type { JobTemplate, SemaphoreWorld } from '../../../demo/world/semaphore.ts';
import { addTask, type JobTask } from '../../../demo/world/semaphore-runs.ts';
import { effectOf, isStrings, isTerraform, type Effect } from './effect.ts';
import { isOld } from './generation.ts';
import { Refused, taskId, type Body, type Knobs } from './visit.ts';

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shapes: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  object: isObject,
  strings: isStrings,
};
const fields: Record<string, string> = {
  template_id: 'int',
  playbook: 'string',
  environment: 'string',
  secret: 'string',
  arguments: 'string',
  git_branch: 'string',
  message: 'string',
  inventory_id: 'int',
  build_task_id: 'int',
  limit: 'string',
};
const ansibleParams: Record<string, string> = {
  debug: 'bool',
  debug_level: 'int',
  dry_run: 'bool',
  diff: 'bool',
  limit: 'strings',
  tags: 'strings',
  skip_tags: 'strings',
};
const terraformParams: Record<string, string> = {
  plan: 'bool',
  destroy: 'bool',
  auto_approve: 'bool',
  upgrade: 'bool',
  reconfigure: 'bool',
};
/** Go leaves a field as it is for null, ignores unknown ones, and refuses a wrong type. */
const fits = (object: Body, types: Record<string, string>): boolean =>
  Object.entries(types).every(
    ([field, type]) =>
      object[field] === undefined ||
      object[field] === null ||
      shapes[type]?.(object[field]) === true,
  );

/** POST tasks: binds, checks and stores as TaskPool.AddTask does, and works out what the run will really do. */
export function startTask(
  world: SemaphoreWorld,
  knobs: Knobs,
  projectId: number,
  body: Body,
  userId: number,
  now: number,
  effects: Effect[],
): JobTask {
  const { version } = knobs;
  const old = isOld(version);
  if (
    !fits(body, {
      ...fields,
      ...(old ? { debug: 'bool', dry_run: 'bool', diff: 'bool' } : { params: 'object' }),
    })
  )
    throw new Refused(400);
  const template = world.templates.find(
    ({ id, projectId: owner }) => id === body['template_id'] && owner === projectId,
  );
  if (!template) throw new Refused(old ? 500 : 404);
  const params: Body = old || !isObject(body['params']) ? {} : { ...body['params'] };
  if (
    !old &&
    !fits(
      params,
      template.app === 'ansible' ? ansibleParams : isTerraform(template.app) ? terraformParams : {},
    )
  )
    throw new Refused(500);
  const limit =
    typeof body['limit'] === 'string' && body['limit'] !== ''
      ? body['limit'].split(',').map((word) => word.trim())
      : undefined;
  if (limit && params['limit'] === undefined) params['limit'] = limit;
  const flags = old ? body : params;
  const text = (field: string): string => (typeof body[field] === 'string' ? body[field] : '');
  const number = (field: string): number | null =>
    typeof body[field] === 'number' ? body[field] : null;
  const task = addTask(world.tasks, {
    templateId: template.id,
    projectId,
    createdAt: now,
    userId,
    message: text('message'),
    environment: text('environment'),
    arguments: text('arguments') || null,
    branch: text('git_branch') || null,
    inventoryId: number('inventory_id'),
    buildTaskId:
      number('build_task_id') === null ? null : taskId(knobs, number('build_task_id') ?? 0),
    dryRun: old && flags['dry_run'] === true,
    diff: old && flags['diff'] === true,
    params,
    version: template.type === 'build' ? '1.4.1' : null,
  });
  const variables = variablesOf(world, template, task.environment, old);
  if (!variables) {
    Object.assign(task, {
      status: 'error',
      output: [
        `Task ${template.name} ${task.id} added to queue`,
        'Error: unexpected end of JSON input',
      ],
    });
    throw new Refused(500);
  }
  effects.push(effectOf(world, version, template, task, flags, variables));
  return task;
}

/**
 * The variable group and the task's own, merged; up to 2.10 the group wins, and its secrets always do, except in scripts: they come last on the command line.
 * Undefined when either is no JSON, an absent group among them.
 */
function variablesOf(
  { environments }: SemaphoreWorld,
  { environmentId, app }: JobTemplate,
  own: string,
  old: boolean,
): Record<string, unknown> | undefined {
  if (own === '') return {};
  try {
    const environment = environments.find(({ id }) => id === environmentId);
    const group = JSON.parse(environment?.json ?? '') as Record<string, unknown>;
    const task = JSON.parse(own) as Record<string, unknown>;
    const secrets = (environment?.secrets ?? []).filter(({ type }) => type === 'var');
    const last = Object.fromEntries(secrets.map(({ name }) => [name, 'the secret of the group']));
    return {
      ...(old ? { ...task, ...group } : { ...group, ...task }),
      ...(app === 'ansible' || isTerraform(app) ? last : {}),
    };
  } catch {
    return undefined;
  }
}
