import * as z from 'zod';
import { table } from '../../../core/base/table.ts';
import { iso } from '../../../core/base/units.ts';
import type { Gap } from '../../../core/gap.ts';
import { instanceLabel } from '../../../core/instances.ts';
import type { Pbs, Servers } from '../client.ts';
import type { Job } from '../schema/job.ts';

/** Output fields. */
export const Bytes = z.number().optional();
export const Time = z.string().optional().describe('ISO 8601');

/** Epoch ms as the output has times. */
export const isoOrNone = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : iso(ms);

/** A column only where some row has something to say in it. */
export function filledTable<Row extends object>(
  rows: readonly Row[],
  columns: Readonly<Record<string, (row: Row) => string | number | undefined>>,
): string {
  return table(
    rows,
    Object.fromEntries(
      Object.entries(columns).filter(([, cell]) =>
        rows.some((row) => cell(row) !== undefined && cell(row) !== ''),
      ),
    ),
  );
}

/** What one server answers, and what the answer lacks. */
export interface ServerAnswer<T> {
  value: T;
  gaps: readonly Gap[];
}

/** Asks every server, and says of each answer and gap which one it is of where there are several. */
export async function askEach<T>(
  servers: Servers,
  ask: (server: Pbs) => Promise<ServerAnswer<T>>,
): Promise<{ answers: { instance: string | undefined; value: T }[]; gaps: Gap[] }> {
  const labelOf = instanceLabel(servers);
  const answers = (await servers.all(async (server) => ask(server))).map(
    ({ instance, value: { value, gaps } }) => ({ instance: labelOf(instance), value, gaps }),
  );
  return {
    answers: answers.map(({ instance, value }) => ({ instance, value })),
    gaps: answers.flatMap(({ instance, gaps }) =>
      gaps.map((gap) => ({
        ...gap,
        what: instance === undefined ? gap.what : `${instance}: ${gap.what}`,
      })),
    ),
  };
}

/** How the last run of a job ended, in words. */
export const lastRunText = (last: Job['last'], reason: string | undefined): string =>
  ({
    never: 'never run',
    running: 'running',
    ok: 'OK',
    warning: reason ?? 'warnings',
    failed: `FAILED: ${reason ?? 'no reason given'}`,
    unknown: 'end not seen',
  })[last];
