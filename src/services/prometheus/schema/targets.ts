import * as z from 'zod';
import { durationSeconds } from '../../../core/base/time-arguments.ts';
import { envelope, Labels, list, Moment, optional, OptionalLabels, Text } from './envelope.ts';

const Target = z
  .object({
    labels: Labels,
    scrapePool: Text,
    scrapeUrl: z.string(),
    lastError: Text,
    lastScrape: Moment,
    lastScrapeDuration: optional(z.number()),
    health: z.string(),
    scrapeInterval: optional(z.string()),
  })
  .transform(
    ({ labels, scrapePool, lastScrape, lastScrapeDuration, scrapeInterval, ...target }) => ({
      ...target,
      labels,
      job: labels['job'] ?? scrapePool,
      address: labels['instance'] ?? scrapePool,
      lastScrapeAt: lastScrape,
      scrapeSeconds: lastScrapeDuration,
      intervalSeconds: durationSeconds(scrapeInterval ?? ''),
    }),
  );
/** What Prometheus scrapes; `lastScrapeAt` in milliseconds, undefined before the first scrape. */
export type Target = z.output<typeof Target>;

/** The answer of GET /api/v1/targets?state=active. */
export const Targets = envelope(
  z.object({ activeTargets: list(Target) }).transform(({ activeTargets }) => activeTargets),
);

const Dropped = z.object({
  scrapePool: optional(z.string()),
  discoveredLabels: OptionalLabels,
});

/** How many targets relabelling dropped, by scrape pool. Counted by Prometheus since 2.47, by us before. */
export const DroppedTargets = envelope(
  z.object({
    droppedTargets: list(Dropped),
    droppedTargetCounts: z.record(z.string(), z.number()).nullish(),
  }),
).transform(
  ({ droppedTargets, droppedTargetCounts }) => droppedTargetCounts ?? countByPool(droppedTargets),
);

function countByPool(dropped: readonly z.output<typeof Dropped>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { scrapePool, discoveredLabels } of dropped) {
    const pool = scrapePool ?? discoveredLabels['job'] ?? '';
    counts[pool] = (counts[pool] ?? 0) + 1;
  }
  return counts;
}
