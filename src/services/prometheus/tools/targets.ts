import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { nearest } from '../../../core/base/nearest.ts';
import { page, pageInput } from '../../../core/page.ts';
import { iso } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import type { Target } from '../schema/index.ts';
import { redactScrapeError, redactUrl } from '../scrape-url.ts';
import { TargetsOutput, targetsText, type JobCounts, type TargetRow } from './targets-output.ts';

export const promTargets = read({
  name: 'prom_targets',
  title: 'Scrape targets',
  description:
    'List what Prometheus scrapes, down first: last error, age of the last scrape, counts per job.',
  example: { job: 'node' },
  input: z.strictObject({
    state: z.enum(['up', 'down', 'unknown', 'all']).default('all').describe('Only these'),
    job: z.string().optional().describe('Job'),
    ...pageInput(),
  }),
  output: TargetsOutput,
  rows: 'targets',
  narrow: 'filter by job or state',
  async run({ state, job, ...request }, fleet) {
    const answers = await fleet.all((prometheus) =>
      Promise.all([prometheus.targets(), prometheus.droppedTargets().catch(() => undefined)]),
    );
    const targets = rows(
      answers.map(({ instance, value: [active] }) => ({ instance, value: active })),
    );
    const ofJob = targets.filter((target) => job === undefined || target.job === job);
    const { rows: shown, ...counted } = page(
      ofJob.filter(({ health }) => state === 'all' || health === state).sort(compareTargets),
      request,
    );
    const known = answers.filter(({ value: [, dropped] }) => dropped !== undefined);
    const dropped = known
      .flatMap(({ instance, value: [, pools = {}] }) =>
        Object.entries(pools).map(([pool, count]) => ({ instance, pool, targets: count })),
      )
      .filter((row) => row.targets > 0 && (job === undefined || row.pool === job));
    if (job !== undefined && ofJob.length === 0 && dropped.length === 0)
      throw unknownJob(job, targets);
    return {
      targets: shown.map((target) => toRow(target, fleet.now())),
      ...counted,
      jobs: countByJob(ofJob),
      ...(known.length === answers.length && { dropped }),
    };
  },
  text: targetsText,
});

/** A job that nobody scrapes is a mistake, not an empty list. */
function unknownJob(job: string, targets: readonly Target[]): InputError {
  const jobs = [...new Set(targets.map((target) => target.job))].sort();
  const near = nearest(job, jobs);
  return new InputError(`No job ${JSON.stringify(job)} has targets`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${jobs.slice(0, 30).join(', ') || 'none'}`,
  });
}

const healthOrder: Readonly<Record<string, number>> = { down: 0, unknown: 1, up: 2 };

/** What is down first, then by job and address. */
const compareTargets = (a: Target, b: Target): number =>
  (healthOrder[a.health] ?? 1) - (healthOrder[b.health] ?? 1) ||
  (a.job + a.address < b.job + b.address ? -1 : 1);

type InstanceTarget = Target & { instance: string };

function toRow(
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
  }: InstanceTarget,
  now: number,
): z.input<typeof TargetRow> {
  const url = redactUrl(scrapeUrl);
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
    ...(lastError && { error: redactScrapeError(lastError, scrapeUrl) }),
  };
}

function countByJob(targets: readonly InstanceTarget[]): z.output<typeof JobCounts>[] {
  const jobs = new Map<string, z.output<typeof JobCounts>>();
  for (const { instance, job, health } of targets) {
    const key = JSON.stringify([instance, job]);
    const counts = jobs.get(key) ?? { instance, job, up: 0, down: 0, unknown: 0 };
    counts[health === 'up' || health === 'down' ? health : 'unknown'] += 1;
    jobs.set(key, counts);
  }
  return [...jobs.values()].sort((a, b) => b.down - a.down || (a.job < b.job ? -1 : 1));
}
