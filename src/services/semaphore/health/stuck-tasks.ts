import type { Finding } from '../../../core/health.ts';
import { ago, duration, hour, iso, minute, plural } from '../../../core/base/units.ts';
import { templateRef } from '../refs.ts';
import type { Task } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

const goingStatuses = new Set([
  'starting',
  'running',
  'stopping',
  'confirmed',
  'waiting_confirmation',
  'rejected',
]);

/** Tasks that wait with nothing before them, that run suspiciously long, or that wait for a person. */
export function stuckTasks(checkup: Checkup): Finding[] {
  const going = checkup.tasks.filter(({ status }) => goingStatuses.has(status));
  return checkup.tasks.flatMap((task) => {
    if (task.status === 'waiting') return waiting(checkup, task, going);
    if (task.status === 'waiting_confirmation') return [unconfirmed(checkup, task)];
    return going.includes(task) ? hung(checkup, task) : [];
  });
}

const labelOf = ({ id, template, templateId }: Task): string =>
  `${id} (${template ?? `template ${templateId}`})`;

const startOf = ({ startedAt, createdAt }: Task): number => startedAt ?? createdAt;

/** What waits or hangs is late, and no host that it goes to is known to be the reason: a risk. */
const finding = (
  { client, project }: Checkup,
  task: Task,
  {
    kind,
    ...rest
  }: { kind: string; since: string } & Pick<Finding, 'severity' | 'message' | 'evidence'>,
): Finding => ({
  id: `semaphore.${kind}/${project.id}/${task.id}`,
  subject: `task ${labelOf(task)}`,
  about: [templateRef(client.instance, project.id, task.templateId)],
  effect: rest.severity === 'info' ? 'note' : 'risk',
  ...rest,
  next: {
    tool: 'semaphore_task_status',
    arguments: { project: String(project.id), task: task.id },
  },
});

function waiting(checkup: Checkup, task: Task, going: readonly Task[]): Finding[] {
  const age = checkup.now - task.createdAt;
  if (age <= checkup.settings.waitingMinutes * minute || isQueued(checkup, task, going)) return [];
  return [
    finding(checkup, task, {
      kind: 'task-waiting',
      severity: 'warning',
      message: `Task ${labelOf(task)} has been waiting for ${duration(age / 1000)} and nothing in its project is before it`,
      since: iso(task.createdAt),
      evidence:
        'No runner takes it, the server-wide limit of parallel tasks is reached, or Semaphore restarted and forgot it',
    }),
  ];
}

/** Waiting its turn: the same template runs and may not run twice, or the project runs as many as it may. */
function isQueued({ project, templates }: Checkup, task: Task, going: readonly Task[]): boolean {
  const template = templates.find(({ id }) => id === task.templateId);
  if (!template?.parallel && going.some(({ templateId }) => templateId === task.templateId))
    return true;
  return project.maxParallelTasks !== undefined && going.length >= project.maxParallelTasks;
}

/** Somebody is expected to look at a plan, so it is news first; after as long as a run may take it holds its template up. */
function unconfirmed(checkup: Checkup, task: Task): Finding {
  const since = startOf(task);
  const long = checkup.now - since > checkup.settings.runningHours * hour;
  return finding(checkup, task, {
    kind: 'task-unconfirmed',
    severity: long ? 'warning' : 'info',
    message: `Task ${labelOf(task)} waits for a person to confirm it in Semaphore, ${ago(since, checkup.now)} it started${heldUp(checkup, task)}`,
    since: iso(since),
    evidence: undefined,
  });
}

/** The runs that wait for this one to end: a template that may not run beside itself starts no other meanwhile (TaskPool.blocks). */
function heldUp({ tasks, templates }: Checkup, task: Task): string {
  if (templates.find(({ id }) => id === task.templateId)?.parallel) return '';
  const behind = tasks.filter(
    ({ templateId, status }) => templateId === task.templateId && status === 'waiting',
  );
  if (behind.length === 0) return '';
  return `; ${plural(behind.length, 'later run')} of its template ${behind.length === 1 ? 'waits' : 'wait'} for it`;
}

function hung(checkup: Checkup, task: Task): Finding[] {
  const since = startOf(task);
  const age = checkup.now - since;
  if (age <= checkup.settings.runningHours * hour) return [];
  const usual = longestSuccess(checkup.tasks, task.templateId);
  const restart = 'After a restart of Semaphore a task may say so for ever';
  return [
    finding(checkup, task, {
      kind: 'task-hung',
      severity: 'warning',
      message: `Task ${labelOf(task)} has been ${task.status} for ${duration(age / 1000)}${heldUp(checkup, task)}`,
      since: iso(since),
      evidence:
        usual > 0 ? `Its longest good run took ${duration(usual / 1000)}. ${restart}` : restart,
    }),
  ];
}

/** Milliseconds; 0 when none of the runs went well. */
const longestSuccess = (tasks: readonly Task[], template: number): number =>
  Math.max(
    0,
    ...tasks.flatMap(({ templateId, status, startedAt, endedAt }) =>
      templateId === template && status === 'success' && startedAt && endedAt
        ? [endedAt - startedAt]
        : [],
    ),
  );
