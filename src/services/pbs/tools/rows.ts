import * as z from 'zod';
import { iso } from '../../../core/base/units.ts';
import { table } from '../../../core/base/table.ts';
import type { Pbs, Servers } from '../client.ts';
import type { Gap } from '../../../core/gap.ts';
import type { Job } from '../schema/job.ts';

/** Which server a row is of; told only where there are several. */
export const Server = z.string().optional().describe('Backup server, where there are several');
export const Bytes = z.number().optional();
export const Time = z.string().optional().describe('ISO 8601');

export const when = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : iso(ms);

/** A column only where some row has something to say in it. */
export function filled<Row extends object>(
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

/** Asks every server, and says of each row and gap which one it is of where there are several. */
export async function fromEach<T>(
  servers: Servers,
  ask: (one: Pbs) => Promise<{ value: T; gaps: readonly Gap[] }>,
): Promise<{ told: { instance: string | undefined; value: T }[]; gaps: Gap[] }> {
  const several = servers.names.length > 1;
  const asked = await servers.all(async (one) => ask(one));
  return {
    told: asked.map(({ instance, value }) => ({
      instance: several ? instance : undefined,
      value: value.value,
    })),
    gaps: asked.flatMap(({ instance, value }) =>
      value.gaps.map(({ what, why }) => ({ what: several ? `${instance}: ${what}` : what, why })),
    ),
  };
}

/** How the last run of a job ended, in words. */
export const lastWords = (last: Job['last'], reason: string | undefined): string =>
  ({
    never: 'never run',
    running: 'running',
    ok: 'OK',
    warning: reason ?? 'warnings',
    failed: `FAILED: ${reason ?? 'no reason given'}`,
    unknown: 'end not seen',
  })[last];
