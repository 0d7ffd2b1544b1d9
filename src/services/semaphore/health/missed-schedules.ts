import type { Check, Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import { lastDue } from '../cron.ts';
import type { Thresholds } from '../index.ts';
import type { ProjectState } from './checkup.ts';
import type { Schedule, Task } from '../schema/index.ts';

const hour = 3_600_000;

/** How schedules are read: their zone, and how far it may be off. Servers that do not tell it (before 2.16) count in their own, anywhere from UTC-12 to UTC+14. */
export interface Zone {
  name: string;
  earlyMs: number;
  lateMs: number;
}
export const zoneOf = (timezone: string | undefined): Zone =>
  timezone
    ? { name: timezone, earlyMs: 0, lateMs: 0 }
    : { name: 'UTC', earlyMs: 14 * hour, lateMs: 12 * hour };

/**
 * Schedules that ran before and then missed their last time. Those that never ran stay silent: Semaphore does not tell when a schedule
 * was made. Neither do those count that poll a repository, nor those that somebody changed after the time they missed.
 */
export async function missed(
  state: ProjectState,
  zone: Zone,
  { scheduleGraceMinutes }: Thresholds,
  now: number,
  check: Check,
): Promise<Finding[]> {
  const until = now - scheduleGraceMinutes * 60_000 - zone.lateMs;
  const late = (
    await Promise.all(
      (state.schedules ?? [])
        .filter(({ active, pollsRepository }) => active && !pollsRepository)
        .map(async (schedule) => {
          const due = await check(
            `schedule ${schedule.name ?? schedule.id} of ${state.project.name}`,
            async () => (schedule.once ? schedule.runAt : lastDue(schedule.cron, until, zone.name)),
          );
          return due !== undefined &&
            due <= until &&
            !ran(schedule, state.tasks, due - zone.earlyMs)
            ? [{ schedule, due }]
            : [];
        }),
    )
  ).flat();
  if (late.length === 0) return [];
  const { one, project } = state;
  const events =
    (await check(`changes of schedules in ${project.name}`, () => one.events(project.id))) ?? [];
  const found = await Promise.all(
    late.map(async ({ schedule, due }) => {
      const tasks = await check(`runs of schedule ${schedule.id}`, () =>
        one.templateTasks(project.id, schedule.templateId),
      );
      const changed = events.some(
        ({ type, id, at }) => type === 'schedule' && id === schedule.id && at > due - zone.earlyMs,
      );
      const before = tasks?.find((task) => isBy(schedule, task));
      if (
        !tasks ||
        changed ||
        (!before && !schedule.once) ||
        ran(schedule, tasks, due - zone.earlyMs)
      )
        return [];
      return [finding(state, schedule, due, before, now)];
    }),
  );
  return found.flat();
}

/** Up to 2.10 a scheduled task names no schedule: it is one that nobody, no webhook and no build started. */
const isBy = (schedule: Schedule, task: Task): boolean =>
  task.templateId === schedule.templateId &&
  (task.scheduleId === undefined
    ? [task.userId, task.integrationId, task.buildTaskId].every((starter) => starter === undefined)
    : task.scheduleId === schedule.id);

/** A minute of tolerance: the row is written when the job fires, by a clock that may differ from the cron's. */
const ran = (schedule: Schedule, tasks: readonly Task[], since: number): boolean =>
  tasks.some((task) => isBy(schedule, task) && task.createdAt >= since - 60_000);

function finding(
  { project, templates }: ProjectState,
  schedule: Schedule,
  due: number,
  before: Task | undefined,
  now: number,
): Finding {
  const template =
    schedule.template ??
    templates.find(({ id }) => id === schedule.templateId)?.name ??
    `template ${schedule.templateId}`;
  return {
    id: `semaphore.schedule-missed/${project.id}/${schedule.id}`,
    severity: 'warning',
    subject: `schedule ${schedule.name ?? schedule.id} (${project.name})`,
    message: `Schedule ${schedule.name ?? schedule.id} of ${template} did not run: it was due ${ago(due, now)}${before ? ` and last ran ${ago(before.createdAt, now)}` : ' and never ran'}`,
    since: iso(due),
    evidence: schedule.once ? 'once' : `cron ${schedule.cron}`,
    next: {
      tool: 'semaphore_list_tasks',
      arguments: { project: String(project.id), template: String(schedule.templateId) },
    },
  };
}
