import * as z from 'zod';
import { lines, table } from '../../../core/base/table.ts';
import { pageOutput } from '../../../core/page.ts';
import { duration, plural } from '../../../core/base/units.ts';

/** A target, without the secrets of its URL. */
export const TargetRow = z.object({
  instance: z.string(),
  job: z.string(),
  target: z.string(),
  health: z.string().describe('up, down or unknown (not scraped yet)'),
  error: z.string().optional(),
  url: z.string(),
  lastScrape: z.string().optional(),
  ageSeconds: z.number().optional(),
  scrapeSeconds: z.number().optional(),
  intervalSeconds: z.number().optional(),
  labels: z.record(z.string(), z.string()),
});
/** How many targets of a job are in which state. */
export const JobCounts = z.object({
  instance: z.string(),
  job: z.string(),
  up: z.int(),
  down: z.int(),
  unknown: z.int(),
});
type JobCounts = z.output<typeof JobCounts>;

export const TargetsOutput = z.object({
  targets: z.array(TargetRow),
  ...pageOutput,
  jobs: z.array(JobCounts),
  dropped: z
    .array(z.object({ instance: z.string(), pool: z.string(), targets: z.int() }))
    .optional()
    .describe('Missing where it could not be asked'),
});
type TargetsOutput = z.output<typeof TargetsOutput>;

/** The answer of `prom_targets` for a person: a sentence, a table of jobs and one of targets. */
export function targetsText({ targets, jobs, dropped }: TargetsOutput): string {
  const several = new Set(jobs.map(({ instance }) => instance)).size > 1;
  const instanceColumn = several
    ? { instance: ({ instance }: { instance: string }) => instance }
    : {};
  return lines(
    `${verdict(jobs)} ${droppedText(dropped)}`,
    table(jobs, {
      ...instanceColumn,
      job: ({ job }) => job,
      up: ({ up }) => up,
      down: ({ down }) => down,
      unknown: ({ unknown }) => unknown,
    }),
    targets.length > 0 && '',
    table(targets, {
      ...instanceColumn,
      health: ({ health }) => health,
      job: ({ job }) => job,
      target: ({ target }) => target,
      scraped: ({ ageSeconds }) =>
        ageSeconds === undefined ? 'never' : `${duration(ageSeconds)} ago`,
      took: ({ scrapeSeconds }) =>
        scrapeSeconds === undefined ? undefined : `${Math.round(scrapeSeconds * 1000)} ms`,
      url: ({ url }) => url,
      error: ({ error }) => error,
    }),
  );
}

function verdict(jobs: readonly JobCounts[]): string {
  let [up, down, unknown] = [0, 0, 0];
  for (const job of jobs) {
    up += job.up;
    down += job.down;
    unknown += job.unknown;
  }
  const total = up + down + unknown;
  if (total === 0) return 'No active target.';
  return `${up} of ${plural(total, 'target')} up, ${down} down${unknown > 0 ? `, ${unknown} not scraped yet` : ''}.`;
}

function droppedText(dropped: TargetsOutput['dropped']): string {
  if (!dropped) return 'Dropped targets: not known.';
  let total = 0;
  for (const { targets } of dropped) total += targets;
  return total === 0
    ? 'None dropped by relabelling.'
    : `${total} dropped by relabelling (${dropped.map(({ pool, targets }) => `${pool} ${targets}`).join(', ')}).`;
}
