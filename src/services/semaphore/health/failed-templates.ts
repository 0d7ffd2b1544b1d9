import type { Check, Finding } from '../../../core/health.ts';
import { ago, duration, iso } from '../../../core/base/units.ts';
import type { Thresholds } from '../index.ts';
import { lastWord, type ProjectState } from './checkup.ts';
import type { Task, Template } from '../schema/index.ts';

const day = 86_400_000;

/** Templates whose last meant run failed. A later success clears it; a stopped or dry run neither makes nor clears one; what never ran has not failed. */
export async function failures(
  state: ProjectState,
  limits: Thresholds,
  now: number,
  check: Check,
): Promise<Finding[]> {
  const found = await Promise.all(
    state.templates.map(async (template) => {
      const last = await check(`last run of ${template.name}`, () => lastWord(state, template));
      return last?.status === 'error' ? [failed(state, template, last, limits, now)] : [];
    }),
  );
  return found.flat();
}

function failed(
  { project, schedules = [], tasks }: ProjectState,
  template: Template,
  last: Task,
  { failedDays }: Thresholds,
  now: number,
): Finding {
  const at = last.endedAt ?? last.createdAt;
  const scheduled = schedules.some(
    (schedule) => schedule.active && schedule.templateId === template.id,
  );
  const newer = tasks.find(
    ({ templateId, id, status }) =>
      templateId === template.id && id > last.id && (status === 'running' || status === 'starting'),
  );
  const earlier = tasks.filter(
    ({ templateId, id, dryRun }) => templateId === template.id && id < last.id && !dryRun,
  );
  const success = earlier.findIndex(({ status }) => status === 'success');
  const streak = 1 + countOf(success < 0 ? earlier : earlier.slice(0, success), 'error');
  return {
    id: `semaphore.template-failed/${project.id}/${template.id}`,
    severity: scheduled || now - at <= failedDays * day ? 'warning' : 'info',
    subject: `${template.name} (${project.name})`,
    message: `${template.name}: ${streak > 1 ? `the last ${streak} runs failed, most recently` : 'its last run failed'} ${ago(at, now)}${last.limit.length > 0 ? `, limited to ${last.limit.join(',')}` : ''}${scheduled ? '; it is scheduled' : ''}${newer ? `; task ${newer.id} runs now` : ''}`,
    since: iso(at),
    evidence: `task ${last.id}${last.startedAt && last.endedAt ? `, failed after ${duration((last.endedAt - last.startedAt) / 1000)}` : ''}${last.user ? `, started by ${last.user}` : ''}`,
    next: {
      tool: 'semaphore_task_output',
      arguments: { project: String(project.id), task: last.id },
    },
  };
}

/** Tasks that wait with nothing before them, that run suspiciously long, or that wait for a person. */
export function stuck(
  { project, templates, tasks }: ProjectState,
  limits: Thresholds,
  now: number,
): Finding[] {
  const going = tasks.filter(({ status }) =>
    ['starting', 'running', 'stopping', 'confirmed', 'waiting_confirmation', 'rejected'].includes(
      status,
    ),
  );
  return tasks.flatMap((task): Finding[] => {
    const age = now - task.createdAt;
    const finding = (
      kind: string,
      severity: Finding['severity'],
      since: number,
      message: string,
      evidence?: string,
    ): Finding => ({
      id: `semaphore.${kind}/${project.id}/${task.id}`,
      severity,
      subject: `task ${task.id} (${task.template ?? `template ${task.templateId}`})`,
      message,
      since: iso(since),
      evidence,
      next: {
        tool: 'semaphore_task_status',
        arguments: { project: String(project.id), task: task.id },
      },
    });
    const name = `Task ${task.id} (${task.template ?? `template ${task.templateId}`})`;
    if (
      task.status === 'waiting' &&
      age > limits.waitingMinutes * 60_000 &&
      !isQueued(task, templates, going, project.maxParallelTasks)
    ) {
      return [
        finding(
          'task-waiting',
          'warning',
          task.createdAt,
          `${name} has been waiting for ${duration(age / 1000)} and nothing in its project is before it`,
          'No runner takes it, the server-wide limit of parallel tasks is reached, or Semaphore restarted and forgot it',
        ),
      ];
    }
    const since = task.startedAt ?? task.createdAt;
    if (task.status === 'waiting_confirmation')
      return [
        finding(
          'task-unconfirmed',
          'info',
          since,
          `${name} waits for a person to confirm it in Semaphore, ${ago(since, now)} it started`,
        ),
      ];
    const usual = Math.max(
      0,
      ...tasks.flatMap((other) =>
        other.templateId === task.templateId &&
        other.status === 'success' &&
        other.startedAt &&
        other.endedAt
          ? [other.endedAt - other.startedAt]
          : [],
      ),
    );
    if (going.includes(task) && now - since > limits.runningHours * 3_600_000) {
      return [
        finding(
          'task-hung',
          'warning',
          since,
          `${name} has been ${task.status} for ${duration((now - since) / 1000)}`,
          usual > 0
            ? `Its longest good run took ${duration(usual / 1000)}. After a restart of Semaphore a task may say so for ever`
            : 'After a restart of Semaphore a task may say so for ever',
        ),
      ];
    }
    return [];
  });
}

/** Waiting its turn: the same template runs and may not run twice, or the project runs as many as it may. */
function isQueued(
  task: Task,
  templates: ProjectState['templates'],
  going: readonly Task[],
  maxParallel: number | undefined,
): boolean {
  const template = templates.find(({ id }) => id === task.templateId);
  return (
    (!template?.parallel && going.some(({ templateId }) => templateId === task.templateId)) ||
    (maxParallel !== undefined && going.length >= maxParallel)
  );
}

export const countOf = (tasks: readonly Task[], ...statuses: readonly string[]): number =>
  tasks.filter(({ status }) => statuses.includes(status)).length;
