import * as z from 'zod';
import { durationSeconds } from '../../../core/base/time-arguments.ts';

/** Facts: Prometheus docs/querying/api.md and web/api/v1/api.go (v2.42 to v3.14), checked on the wire. */

export const Labels = z.record(z.string(), z.string());
export type Labels = Readonly<Record<string, string>>;

/** RFC 3339 as milliseconds; Go's zero time, which stands for never, as undefined. */
export const Moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) || at <= 0 ? undefined : at;
  });

/** Go writes an empty list as null. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((all) => all ?? []);

const Text = z.union([z.string(), z.number()]).transform(String);
const Histogram = z.object({ count: Text, sum: Text });
const Float = z.tuple([z.number(), Text]).transform(([at, value]) => ({ at, value }));
const Native = z.tuple([z.number(), Histogram]).transform(([at, histogram]) => ({
  at,
  value: `count ${histogram.count}, sum ${histogram.sum}`,
  histogram,
}));

/** `at` in unix seconds; `value` as Prometheus writes it, so that NaN and +Inf survive. */
export interface Sample {
  at: number;
  value: string;
  histogram?: z.output<typeof Histogram>;
}
export interface Series {
  labels: Labels;
  samples: Sample[];
}

const Row = z
  .object({
    metric: Labels,
    value: Float.optional(),
    values: z.array(Float).default([]),
    histogram: Native.optional(),
    histograms: z.array(Native).default([]),
  })
  .transform(({ metric, value, values, histogram, histograms }): Series => ({
    labels: metric,
    samples: [
      ...(value ? [value] : []),
      ...values,
      ...(histogram ? [histogram] : []),
      ...histograms,
    ].sort((a: Sample, b: Sample) => a.at - b.at),
  }));
const Rows = z.object({ resultType: z.enum(['vector', 'matrix']), result: z.array(Row) });
const Single = z
  .object({ resultType: z.enum(['scalar', 'string']), result: Float })
  .transform(({ resultType, result }): { resultType: 'scalar' | 'string'; result: Series[] } => ({
    resultType,
    result: [{ labels: {}, samples: [result] }],
  }));

/** What is in the envelope of every answer. */
const unwrapped = <T extends z.ZodType>(data: T) =>
  z
    .object({ status: z.literal('success'), data: z.unknown() })
    .transform((answer) => answer.data)
    .pipe(data);

const Remarks = z.array(z.string()).default([]);
export const Answer = z
  .object({
    status: z.literal('success'),
    data: z.union([Rows, Single]),
    warnings: Remarks,
    infos: Remarks,
  })
  .transform(({ data, warnings, infos }) => ({
    type: data.resultType,
    series: data.result,
    warnings,
    infos,
  }));
export type Answer = z.output<typeof Answer>;

export const Names = unwrapped(list(z.string()));

const Alert = z.object({
  labels: Labels,
  annotations: Labels.default({}),
  state: z.string(),
  activeAt: Moment,
  value: z.string().optional(),
});
export type PrometheusAlert = z.output<typeof Alert>;
export const Alerts = unwrapped(
  z.object({ alerts: list(Alert) }).transform(({ alerts }) => alerts),
);

const Rule = z.object({
  type: z.string(),
  name: z.string(),
  query: z.string(),
  health: z.string(),
  lastError: z.string().optional(),
  state: z.string().optional(),
  lastEvaluation: Moment,
});
export const Rules = unwrapped(
  z.object({ groups: list(z.object({ name: z.string(), rules: list(Rule) })) }),
).transform(({ groups }) =>
  groups.flatMap(({ name: group, rules }) => rules.map((rule) => ({ ...rule, group }))),
);
export type Rule = z.output<typeof Rules>[number];

const Target = z
  .object({
    labels: Labels,
    scrapePool: z.string(),
    scrapeUrl: z.string(),
    lastError: z.string().default(''),
    lastScrape: Moment,
    lastScrapeDuration: z.number().optional(),
    health: z.string(),
    scrapeInterval: z.string().optional(),
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
export type Target = z.output<typeof Target>;
export const Targets = unwrapped(
  z.object({ activeTargets: list(Target) }).transform(({ activeTargets }) => activeTargets),
);

const Dropped = z.object({
  scrapePool: z.string().optional(),
  discoveredLabels: Labels.default({}),
});
/** How many targets relabelling dropped, by scrape pool. Counted by Prometheus since 2.47, by us before. */
export const DroppedTargets = unwrapped(
  z.object({
    droppedTargets: list(Dropped),
    droppedTargetCounts: z.record(z.string(), z.number()).nullish(),
  }),
).transform(
  ({ droppedTargets, droppedTargetCounts }) =>
    droppedTargetCounts ??
    droppedTargets.reduce<Record<string, number>>((counts, { scrapePool, discoveredLabels }) => {
      const pool = scrapePool ?? discoveredLabels['job'] ?? '';
      return { ...counts, [pool]: (counts[pool] ?? 0) + 1 };
    }, {}),
);

export const Alertmanagers = unwrapped(
  z.object({ activeAlertmanagers: list(z.object({ url: z.string() })) }),
).transform(({ activeAlertmanagers }) =>
  activeAlertmanagers.map(({ url }) => url.replace(/\/api\/v[12]\/alerts$/, '')),
);

export const Build = unwrapped(z.object({ version: z.string() }));
export const Runtime = unwrapped(
  z.object({
    reloadConfigSuccess: z.boolean().optional(),
    lastConfigTime: Moment,
    startTime: Moment,
    storageRetention: z.string().optional(),
  }),
);
export type Runtime = z.output<typeof Runtime>;
