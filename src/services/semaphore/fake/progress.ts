import type { JobTemplate, SemaphoreWorld } from '../../../demo/world/semaphore.ts';
import { addTask, playOutput, type JobTask } from '../../../demo/world/semaphore-runs.ts';
import { effectOf, isTerraform, type Effect } from './effect.ts';

/** How runs go. `polls` is how many looks at a task each of its states lasts; `Infinity` keeps it where it is. */
export interface Course {
  polls: number;
  outcome: 'success' | 'error';
  failedHost: string;
}

const nextStatus: Record<string, string> = {
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
  const effect = effects.find((candidate) => candidate.task === task.id);
  const template = world.templates.find(({ id }) => id === task.templateId);
  if (!effect || !template || !['waiting', 'starting', 'running'].includes(task.status)) return;
  const count = (looks.get(task.id) ?? 0) + 1;
  looks.set(task.id, count);
  if (count <= course.polls) return;
  looks.set(task.id, 0);
  const ahead = world.tasks.some(
    (other) =>
      other !== task &&
      other.templateId === task.templateId &&
      ['starting', 'running'].includes(other.status),
  );
  if (task.status === 'waiting' && ahead && !template.parallel) return;
  if (task.status !== 'running') {
    task.status = nextStatus[task.status] ?? task.status;
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
    const deploy = world.templates.find((template) => template.id === id);
    const chained = addTask(world.tasks, {
      templateId: id,
      projectId,
      createdAt: now,
      buildTaskId: task.id,
    });
    if (deploy) effects.push(effectOf(world, version, deploy, chained, {}, {}));
  }
}
