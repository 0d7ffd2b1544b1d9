import * as z from 'zod';
import { Epoch, maybe, Num } from './envelope.ts';

/** A task in a list; `exit` is absent while it runs. Times ms. `id` is a VMID, a storage, or empty for jobs over several guests. */
export const Task = z
  .object({
    upid: z.string(),
    node: z.string(),
    type: z.string(),
    id: maybe(z.string()),
    user: z.string(),
    tokenid: maybe(z.string()),
    starttime: Epoch,
    endtime: maybe(Epoch),
    status: maybe(z.string()),
  })
  .transform(({ upid, node, type, id, user, tokenid, starttime, endtime, status }) => ({
    upid,
    node,
    type,
    id: id ?? '',
    user: tokenid ? `${user}!${tokenid}` : user,
    startedAt: starttime,
    endedAt: endtime,
    exit: status === 'RUNNING' ? undefined : status,
  }));
export type Task = z.output<typeof Task>;

/** `GET …/tasks/{upid}/status`: how it ended, or undefined while it runs. */
export const TaskExit = z
  .object({ status: z.string(), exitstatus: maybe(z.string()) })
  .transform(({ status, exitstatus }) =>
    status === 'stopped' ? (exitstatus ?? 'unexpected status') : undefined,
  );

/** `GET …/tasks/{upid}/log`: a part of it, and how many lines there are. */
export const TaskLog = z
  .object({ total: Num, data: z.array(z.object({ n: Num, t: z.string() })) })
  .transform(({ total, data }) => ({
    total,
    lines: data.sort((a, b) => a.n - b.n).map(({ t }) => t),
  }));

/** Whether a task that ended with this did not go well; warnings are no failure. */
export const hasFailed = (exit: string): boolean => exit !== 'OK' && !hasWarned(exit);

/** The node a task runs on, whichever node its guest is on by now (pve-common UPID.pm). */
export const nodeOf = (upid: string): string => upid.split(':')[1] ?? '';

/** Whether it came to its end, and warned of something in its log. */
export const hasWarned = (exit: string | undefined): boolean =>
  exit !== undefined && /^WARNINGS: \d+$/.test(exit);

/** Lines of a log that warn, without the word; the last line only counts them. */
export const warningsIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^\s*(?:\S+ )?warn(?:ing)?: *(.+)$/i.exec(line)?.[1] ?? []);
