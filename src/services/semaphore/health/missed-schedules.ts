import type { Check, Finding } from '../../../core/health.ts';
import { ago, hour, iso, minute } from '../../../core/base/units.ts';
import { lastDue } from '../cron.ts';
import { scheduleRef } from '../refs.ts';
import type { Schedule, Task } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** How schedules are read: their zone, and how far it may be off. */
interface Zone {
  name: string;
  earlyMs: number;
  lateMs: number;
}

/** Servers that do not tell their zone (before 2.16) count in their own, anywhere from UTC-12 to UTC+14. */
const zoneOf = (timezone: string | undefined): Zone =>
  timezone
    ? { name: timezone, earlyMs: 0, lateMs: 0 }
    : { name: 'UTC', earlyMs: 14 * hour, lateMs: 12 * hour };

/** A schedule without a run since it was due (ms). */
interface LateSchedule {
  schedule: Schedule;
  due: number;
}

/**
 * Schedules that ran before and then missed their last time. Those that never ran stay silent: Semaphore does not tell when a schedule
 * was made. Neither do those count that poll a repository, nor those that somebody changed after the time they missed.
 */
export async function missedSchedules(checkup: Checkup, check: Check): Promise<Finding[]> {
  const zone = zoneOf(checkup.timezone);
  const late = await lateSchedules(checkup, zone, check);
  if (late.length === 0) return [];
  const { client, project } = checkup;
  const events = await check(`changes of schedules in ${project.name}`, () =>
    client.events(project.id),
  );
  // Whether somebody changed a schedule since it was due decides whether it missed anything.
  if (!events) return [];
  const findings = await Promise.all(
    late.map(async ({ schedule, due }) => {
      const tasks = await check(`runs of schedule ${schedule.id}`, () =>
        client.templateTasks(project.id, schedule.templateId),
      );
      const since = due - zone.earlyMs;
      const changed = events.some(
        ({ type, id, at }) => type === 'schedule' && id === schedule.id && at > since,
      );
      const previous = tasks?.find((task) => isBy(schedule, task));
      const neverRan = !previous && !schedule.once;
      if (!tasks || changed || neverRan || hasRun(schedule, tasks, since)) return [];
      return [finding(checkup, { schedule, due }, previous)];
    }),
  );
  return findings.flat();
}

/** Schedules for which the newest runs show none since they were due, with the configured grace. */
async function lateSchedules(checkup: Checkup, zone: Zone, check: Check): Promise<LateSchedule[]> {
  const { now, project, schedules = [], settings, tasks } = checkup;
  const until = now - settings.scheduleGraceMinutes * minute - zone.lateMs;
  const late = await Promise.all(
    schedules
      .filter(({ active, pollsRepository }) => active && !pollsRepository)
      .map(async (schedule) => {
        const due = await check(
          `schedule ${schedule.name ?? schedule.id} of ${project.name}`,
          async () => (schedule.once ? schedule.runAt : lastDue(schedule.cron, until, zone.name)),
        );
        if (due === undefined || due > until) return [];
        return hasRun(schedule, tasks, due - zone.earlyMs) ? [] : [{ schedule, due }];
      }),
  );
  return late.flat();
}

/** Up to 2.10 a scheduled task names no schedule: it is one that nobody, no webhook and no build started. */
const isBy = (schedule: Schedule, task: Task): boolean =>
  task.templateId === schedule.templateId &&
  (task.scheduleId === undefined
    ? [task.userId, task.integrationId, task.buildTaskId].every((starter) => starter === undefined)
    : task.scheduleId === schedule.id);

/** A minute of tolerance: the row is written when the job fires, by a clock that may differ from the cron's. */
const hasRun = (schedule: Schedule, tasks: readonly Task[], since: number): boolean =>
  tasks.some((task) => isBy(schedule, task) && task.createdAt >= since - minute);

function finding(
  { client, now, project, templates }: Checkup,
  { schedule, due }: LateSchedule,
  previous: Task | undefined,
): Finding {
  const name = schedule.name ?? schedule.id;
  const template =
    schedule.template ??
    templates.find(({ id }) => id === schedule.templateId)?.name ??
    `template ${schedule.templateId}`;
  return {
    id: `semaphore.schedule-missed/${project.id}/${schedule.id}`,
    severity: 'warning',
    subject: `schedule ${name} (${project.name})`,
    about: [scheduleRef(client.instance, project.id, schedule.id)],
    // Like a backup that is overdue: no host that it would have gone to holds it up.
    effect: 'risk',
    message: `Schedule ${name} of ${template} did not run: it was due ${ago(due, now)} and ${previous ? `last ran ${ago(previous.createdAt, now)}` : 'never ran'}`,
    since: iso(due),
    evidence: schedule.once ? 'once' : `cron ${schedule.cron}`,
    next: {
      tool: 'semaphore_list_tasks',
      arguments: { project: String(project.id), template: String(schedule.templateId) },
    },
  };
}
