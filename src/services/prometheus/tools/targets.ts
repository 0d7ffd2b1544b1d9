import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { nearest } from '../../../core/base/nearest.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { duration, iso, plural } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { errorWithoutSecrets, withoutSecrets } from '../scrape-url.ts';
import type { Target } from '../schema/index.ts';

const Row = z.object({
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
const Job = z.object({
  instance: z.string(),
  job: z.string(),
  up: z.int(),
  down: z.int(),
  unknown: z.int(),
});

export const promTargets = read({
  name: 'prom_targets',
  title: 'Scrape targets',
  description:
    'List what Prometheus scrapes, down first: last error, age of the last scrape, counts per job.',
  example: { job: 'node' },
  input: z.strictObject({
    state: z.enum(['up', 'down', 'unknown', 'all']).default('all').describe('Only these'),
    job: z.string().optional().describe('Job'),
    limit: Limit,
  }),
  output: z.object({
    targets: z.array(Row),
    total: z.int(),
    jobs: z.array(Job),
    dropped: z
      .array(z.object({ instance: z.string(), pool: z.string(), targets: z.int() }))
      .optional()
      .describe('Missing where it could not be asked'),
  }),
  async run({ state, job, limit }, fleet) {
    const answers = await fleet.all((prometheus) =>
      Promise.all([prometheus.targets(), prometheus.droppedTargets().catch(() => undefined)]),
    );
    const scraped = rows(
      answers.map(({ instance, value: [targets] }) => ({ instance, value: targets })),
    );
    const all = scraped.filter((target) => job === undefined || target.job === job);
    const { rows: shown, total } = cut(
      all.filter(({ health }) => state === 'all' || health === state).sort(byTrouble),
      limit,
    );
    const known = answers.filter(({ value: [, dropped] }) => dropped !== undefined);
    const dropped = known
      .flatMap(({ instance, value: [, pools = {}] }) =>
        Object.entries(pools).map(([pool, targets]) => ({ instance, pool, targets })),
      )
      .filter(({ pool, targets }) => targets > 0 && (job === undefined || pool === job));
    if (job !== undefined && all.length === 0 && dropped.length === 0)
      throw unknownJob(job, scraped);
    return {
      targets: shown.map((target) => told(target, fleet.now())),
      total,
      jobs: jobsOf(all),
      ...(known.length === answers.length && { dropped }),
    };
  },
  text: ({ targets, total, jobs, dropped }) => {
    const several = new Set(jobs.map(({ instance }) => instance)).size > 1;
    const which = several ? { instance: ({ instance }: { instance: string }) => instance } : {};
    return lines(
      `${verdict(jobs)} ${droppedText(dropped)}`,
      table(jobs, {
        ...which,
        job: ({ job }) => job,
        up: ({ up }) => up,
        down: ({ down }) => down,
        unknown: ({ unknown }) => unknown,
      }),
      targets.length > 0 && '',
      table(targets, {
        ...which,
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
      omitted(targets.length, total, 'filter by job or state'),
    );
  },
});

/** A job that nobody scrapes is a mistake, not an empty list. */
function unknownJob(job: string, scraped: readonly Target[]): InputError {
  const jobs = [...new Set(scraped.map((target) => target.job))].sort();
  const near = nearest(job, jobs);
  return new InputError(`No job ${JSON.stringify(job)} has targets`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${jobs.slice(0, 30).join(', ') || 'none'}`,
  });
}

const trouble: Readonly<Record<string, number>> = { down: 0, unknown: 1, up: 2 };
const byTrouble = (a: Target, b: Target): number =>
  (trouble[a.health] ?? 1) - (trouble[b.health] ?? 1) ||
  (a.job + a.address < b.job + b.address ? -1 : 1);

type Placed = Target & { instance: string };

function told(
  {
    labels,
    health,
    job,
    instance,
    address,
    scrapeUrl,
    lastError,
    lastScrapeAt,
    scrapeSeconds,
    intervalSeconds,
  }: Placed,
  now: number,
): z.input<typeof Row> {
  const url = withoutSecrets(scrapeUrl);
  const scraped = lastScrapeAt !== undefined && {
    lastScrape: iso(lastScrapeAt),
    ageSeconds: Math.max(0, Math.round((now - lastScrapeAt) / 1000)),
    scrapeSeconds,
  };
  return {
    instance,
    job,
    target: address,
    health,
    url,
    labels,
    intervalSeconds,
    ...scraped,
    ...(lastError && { error: errorWithoutSecrets(lastError, scrapeUrl) }),
  };
}

function jobsOf(targets: readonly Placed[]): z.output<typeof Job>[] {
  const jobs = new Map<string, z.output<typeof Job>>();
  for (const { instance, job, health } of targets) {
    const key = JSON.stringify([instance, job]);
    const counts = jobs.get(key) ?? { instance, job, up: 0, down: 0, unknown: 0 };
    counts[health === 'up' || health === 'down' ? health : 'unknown'] += 1;
    jobs.set(key, counts);
  }
  return [...jobs.values()].sort((a, b) => b.down - a.down || (a.job < b.job ? -1 : 1));
}

function verdict(jobs: readonly z.output<typeof Job>[]): string {
  const sum = (state: 'up' | 'down' | 'unknown'): number =>
    jobs.reduce((total, job) => total + job[state], 0);
  const all = sum('up') + sum('down') + sum('unknown');
  if (all === 0) return 'No active target.';
  return `${sum('up')} of ${plural(all, 'target')} up, ${sum('down')} down${sum('unknown') > 0 ? `, ${sum('unknown')} not scraped yet` : ''}.`;
}

function droppedText(dropped: readonly { pool: string; targets: number }[] | undefined): string {
  if (!dropped) return 'Dropped targets: not known.';
  const total = dropped.reduce((sum, { targets }) => sum + targets, 0);
  return total === 0
    ? 'None dropped by relabelling.'
    : `${total} dropped by relabelling (${dropped.map(({ pool, targets }) => `${pool} ${targets}`).join(', ')}).`;
}
