import * as z from 'zod';
import { Epoch, maybe } from './envelope.ts';

/** How a task or job run ended. `unknown`: nobody saw it end, mostly a restart of the server. */
export type Outcome = 'running' | 'ok' | 'warning' | 'failed' | 'unknown';

/** A failure has no word of its own: its status is the error itself. */
export function outcomeOf(status: string | undefined): Outcome {
  if (status === undefined) return 'running';
  if (status === 'OK') return 'ok';
  if (status === 'unknown') return 'unknown';
  return /^WARNINGS: \d+$/.test(status) ? 'warning' : 'failed';
}

/** A row of `GET /nodes/localhost/tasks`; a single task calls the same things `type` and `id`. Times ms. */
export const Task = z
  .object({
    upid: z.string(),
    worker_type: z.string(),
    worker_id: maybe(z.string()),
    user: z.string(),
    starttime: Epoch,
    endtime: maybe(Epoch),
    status: maybe(z.string()),
  })
  .transform((row) => ({
    upid: row.upid,
    type: row.worker_type,
    subject: row.worker_id ?? '',
    user: row.user,
    startedAt: row.starttime,
    endedAt: row.endtime,
    outcome: outcomeOf(row.status),
    status: row.status,
    store: storeOf(row.worker_type, row.worker_id ?? ''),
  }));
export type Task = z.output<typeof Task>;

/** Before the first colon, except in `remote:remote-store:store:namespace:job` of a sync job (api2/node/tasks.rs `check_job_store`). */
const storeOf = (type: string, id: string): string | undefined =>
  id.split(':')[type === 'syncjob' ? 2 : 0] || undefined;

/** `GET …/tasks/{upid}/log`: a part of it, and how many lines there are. */
export const TaskLog = z
  .object({ total: z.number(), data: z.array(z.object({ n: z.number(), t: z.string() })) })
  .transform(({ total, data }) => ({
    total,
    lines: data.sort((a, b) => a.n - b.n).map(({ t }) => t),
  }));

/** Lines of a log that warn, without the word; the last line only counts them. */
export const warningsIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^\s*(?:\S+ )?warn(?:ing)?: *(.+)$/i.exec(line)?.[1] ?? []);

/** `UPID:node:pid:pstart:task_id:starttime:type:id:user:`, one field more than in Proxmox VE (proxmox-schema upid.rs). */
const upid =
  /^UPID:[^:]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):[^:\s]+:[^:\s]*:[^:\s]+:$/;

/** When a task started, in ms: for verifications the only place where that stands. */
export function startOf(text: string): number | undefined {
  const start = upid.exec(text)?.[1];
  return start === undefined ? undefined : Number.parseInt(start, 16) * 1000;
}
