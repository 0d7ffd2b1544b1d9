import { hostsOf, type JobTemplate, type SemaphoreWorld } from '../../../demo/world/semaphore.ts';
import { addTask, playOutput, type JobTask } from '../../../demo/world/semaphore-runs.ts';
import { isBefore, versionOf } from '../version.ts';
import { isOld } from './rows.ts';

/** What a run did in truth, whatever was asked: `changed` is false only in check mode or for a plan. */
export interface Effect {
  task: number;
  template: number;
  hosts: string[];
  changed: boolean;
  tags: string[];
  skipTags: string[];
  arguments: string[];
  inventory: number | null;
  variables: Record<string, unknown>;
}

/** How runs go. `polls` is how many looks at a task each of its states lasts; `Infinity` keeps it where it is. */
export interface Course {
  polls: number;
  outcome: 'success' | 'error';
  failedHost: string;
}

export type Body = Record<string, unknown>;
/** A refusal: the status; all but a few have an empty body. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(String(status));
    this.status = status;
  }
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const strings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const shapes: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  object: isObject,
  strings,
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
const isTerraform = (app: string): boolean => ['terraform', 'tofu', 'terragrunt'].includes(app);

/** POST tasks: binds, checks and stores as TaskPool.AddTask does, and works out what the run will really do. */
export function start(
  world: SemaphoreWorld,
  version: string,
  projectId: number,
  body: Body,
  userId: number,
  now: number,
  effects: Effect[],
): JobTask {
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
    buildTaskId: number('build_task_id'),
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

/** The variable group and the task's own, merged; up to 2.10 the group wins. Undefined when either is no JSON, an absent group among them. */
function variablesOf(
  { environments }: SemaphoreWorld,
  { environmentId }: JobTemplate,
  own: string,
  old: boolean,
): Record<string, unknown> | undefined {
  if (own === '') return {};
  try {
    const group = JSON.parse(
      environments.find(({ id }) => id === environmentId)?.json ?? '',
    ) as Record<string, unknown>;
    const task = JSON.parse(own) as Record<string, unknown>;
    return old ? { ...task, ...group } : { ...group, ...task };
  } catch {
    return undefined;
  }
}

/** What LocalJob builds its command line of. */
function effectOf(
  world: SemaphoreWorld,
  version: string,
  template: JobTemplate,
  task: JobTask,
  flags: Body,
  variables: Record<string, unknown>,
): Effect {
  const old = isOld(version);
  const { allows, app } = template;
  const common = {
    task: task.id,
    template: template.id,
    variables,
    arguments:
      allows.includes('arguments') && task.arguments !== null
        ? (JSON.parse(task.arguments) as string[])
        : [],
  };
  if (isTerraform(app))
    return {
      ...common,
      hosts: [],
      changed: old || flags['plan'] !== true,
      tags: [],
      skipTags: [],
      inventory: null,
    };
  // Before 2.10.16 an absent app is Ansible; this fake spells it so itself.
  if (app !== 'ansible')
    return {
      ...common,
      hosts: ['semaphore'],
      changed: true,
      tags: [],
      skipTags: [],
      inventory: null,
    };
  const honoured = (
    override: 'tags' | 'skipTags' | 'limit',
    value: unknown,
  ): string[] | undefined =>
    strings(value) && allows.includes(override) && !old ? value : undefined;
  const limit = old
    ? (task.params['limit'] as string[] | undefined)
    : honoured('limit', flags['limit']);
  const wanted = old || allows.includes('inventory') ? task.inventoryId : null;
  const inventory =
    world.inventories.find(({ id }) => id === wanted) ??
    world.inventories.find(({ id }) => id === template.inventoryId);
  return {
    ...common,
    hosts: inventory ? hostsOf(inventory, limit ?? (old ? [] : template.limit)) : [],
    changed: flags['dry_run'] !== true,
    tags: honoured('tags', flags['tags']) ?? [],
    skipTags: honoured('skipTags', flags['skip_tags']) ?? [],
    inventory: inventory?.id ?? null,
  };
}

const next: Record<string, string> = {
  waiting: 'starting',
  starting: 'running',
  confirmed: 'running',
};

/** One look at a task that this fake started: it moves on when its state has been seen often enough. */
export function look(
  world: SemaphoreWorld,
  version: string,
  task: JobTask,
  course: Course,
  looks: Map<number, number>,
  effects: Effect[],
  now: number,
): void {
  const effect = effects.find((one) => one.task === task.id);
  const template = world.templates.find(({ id }) => id === task.templateId);
  if (!effect || !template || !['waiting', 'starting', 'running'].includes(task.status)) return;
  const seen = (looks.get(task.id) ?? 0) + 1;
  looks.set(task.id, seen);
  if (seen <= course.polls) return;
  looks.set(task.id, 0);
  const ahead = world.tasks.some(
    (other) =>
      other !== task &&
      other.templateId === task.templateId &&
      ['starting', 'running'].includes(other.status),
  );
  if (task.status === 'waiting' && ahead && !template.parallel) return;
  if (task.status !== 'running') {
    task.status = next[task.status] ?? task.status;
    task.startedAt ??= now;
    return;
  }
  finish(world, version, task, template, effect, course, effects, now);
}

function finish(
  world: SemaphoreWorld,
  version: string,
  task: JobTask,
  template: JobTemplate,
  effect: Effect,
  { outcome, failedHost }: Course,
  effects: Effect[],
  now: number,
): void {
  if (isTerraform(template.app) && effect.changed && !template.autoApprove) {
    Object.assign(task, {
      status: 'waiting_confirmation',
      output: ['tofu plan', 'Plan: 1 to add, 0 to change, 0 to destroy.'],
    });
    return;
  }
  const failed =
    outcome === 'error'
      ? { host: failedHost, message: 'Could not get lock /var/lib/dpkg/lock-frontend' }
      : undefined;
  const output =
    template.app === 'ansible'
      ? playOutput(task.id, {
          name: template.name,
          playbook: template.playbook,
          hosts: effect.hosts,
          failed,
        })
      : [`Started: ${task.id}`, `${template.playbook}: ${outcome}`];
  Object.assign(task, { status: outcome, endedAt: now, output });
  if (outcome === 'error') return;
  for (const { id, projectId } of world.templates.filter(
    ({ autorun, buildTemplateId }) => autorun && buildTemplateId === template.id,
  )) {
    const deploy = world.templates.find((one) => one.id === id);
    const chained = addTask(world.tasks, {
      templateId: id,
      projectId,
      createdAt: now,
      buildTaskId: task.id,
    });
    if (deploy) effects.push(effectOf(world, version, deploy, chained, {}, {}));
  }
}

export const knowsRawOutput = (version: string): boolean =>
  isBefore(versionOf(version), 2, 14) !== true;
