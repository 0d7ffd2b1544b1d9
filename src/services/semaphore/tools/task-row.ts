import * as z from 'zod';
import { ago, duration, iso } from '../../../core/base/units.ts';
import type { Task } from '../schema/index.ts';

/** One run, as tools tell it. Times are ISO 8601. */
export const TaskRow = z.object({
  id: z.int(),
  projectId: z.int(),
  templateId: z.int(),
  template: z.string().optional(),
  status: z
    .string()
    .describe(
      'waiting, starting, running, waiting_confirmation, stopping, stopped, success, error or newer words',
    ),
  created: z.string(),
  started: z.string().optional(),
  ended: z.string().optional(),
  seconds: z.number().optional().describe('How long it ran, or runs by now'),
  by: z.string().optional().describe('Who or what started it'),
  dryRun: z.boolean(),
  limit: z.array(z.string()).optional(),
  playbook: z.string().optional(),
  message: z.string().optional(),
  version: z.string().optional(),
  commit: z.string().optional(),
});
export type TaskRow = z.output<typeof TaskRow>;

/** `now` in milliseconds since the epoch: how long what still runs has run. */
export function taskRow(task: Task, now: number): TaskRow {
  const {
    id,
    projectId,
    templateId,
    template,
    status,
    createdAt,
    startedAt,
    endedAt,
    dryRun,
    limit,
    playbook,
    message,
    version,
    commit,
  } = task;
  return {
    id,
    projectId,
    templateId,
    template,
    status,
    created: iso(createdAt),
    started: startedAt && iso(startedAt),
    ended: endedAt && iso(endedAt),
    seconds:
      startedAt === undefined
        ? undefined
        : Math.max(0, Math.round(((endedAt ?? now) - startedAt) / 1000)),
    by: starterOf(task),
    dryRun,
    ...(limit.length > 0 && { limit }),
    playbook,
    message,
    version,
    commit,
  } as TaskRow;
}

/** Who or what started it. The row of a task alone names only the user's number. */
function starterOf(task: Task): string | undefined {
  if (task.user !== undefined) return task.user;
  if (task.scheduleId) return `schedule ${task.scheduleId}`;
  if (task.integrationId) return `integration ${task.integrationId}`;
  if (task.buildTaskId) return `build ${task.buildTaskId}`;
  return task.userId ? `user ${task.userId}` : undefined;
}

/** `success after 41 s, 3 h ago`; what never started has no length. */
export function courseOf(
  { status, created, ended, seconds, dryRun }: TaskRow,
  now: number,
): string {
  const how = `${status.replaceAll('_', ' ')}${dryRun ? ' (dry run)' : ''}`;
  if (ended)
    return `${how}${seconds === undefined ? '' : ` after ${duration(seconds)}`}, ${ago(Date.parse(ended), now)}`;
  return `${how} for ${duration(seconds ?? (now - Date.parse(created)) / 1000)}`;
}
