import * as z from 'zod';
import { lines, table } from '../../core/base/table.ts';
import { quoted } from '../../core/base/text.ts';
import { iso } from '../../core/base/units.ts';
import type { Proxmox } from './client.ts';
import { hasWarned, type Task } from './schema/task.ts';

/** Output: a task; `logEnd` are the last lines of its log, or what it warned of. */
export const TaskRow = z.object({
  type: z.string(),
  status: z.string().describe('running, OK, WARNINGS: n, or the error'),
  user: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  upid: z.string(),
  logEnd: z.array(z.string()).optional(),
});
type TaskRow = z.output<typeof TaskRow>;

/** What is worth reading of a task's log: what it warned of, or else its end. */
export async function logOf(cluster: Proxmox, task: Task, lines: number): Promise<string[]> {
  const warnings = hasWarned(task.exit) ? await cluster.taskWarnings(task.upid) : [];
  return warnings.length > 0 ? warnings.slice(0, lines) : cluster.taskLogEnd(task.upid, lines);
}

/** `logEnd` are those lines, undefined where they were not read. */
export const taskRow = (
  { type, exit, user, startedAt, endedAt, upid }: Task,
  logEnd: string[] | undefined,
): TaskRow => ({
  type,
  status: exit ?? (endedAt === undefined ? 'running' : 'unknown'),
  user,
  startedAt: iso(startedAt),
  endedAt: endedAt === undefined ? undefined : iso(endedAt),
  upid,
  ...(logEnd && { logEnd }),
});

/** The tasks as a table, and below it the ends of their logs, quoted. */
export const taskTable = (tasks: readonly TaskRow[]): string =>
  lines(
    table(tasks, {
      task: ({ type }) => type,
      status: ({ status }) => status,
      started: ({ startedAt }) => startedAt,
      ended: ({ endedAt }) => endedAt,
      by: ({ user }) => user,
      upid: ({ upid }) => upid,
    }),
    ...tasks.map(({ type, status, startedAt, logEnd = [] }) =>
      quoted(
        `${hasWarned(status) ? 'Warnings in' : 'End of'} the log of ${type} of ${startedAt}`,
        logEnd,
      ),
    ),
  );
