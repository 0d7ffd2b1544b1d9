import * as z from 'zod';
import { envelope, Labels, list, optional, optionalList } from './envelope.ts';

const Value = z.union([z.string(), z.number()]).transform(String);
const Histogram = z.object({ count: Value, sum: Value });
const Float = z.tuple([z.number(), Value]).transform(([at, value]) => ({ at, value }));
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
/** Its samples are in the order of time. */
export interface Series {
  labels: Labels;
  samples: Sample[];
}

const Row = z
  .object({
    metric: Labels,
    value: optional(Float),
    values: optionalList(Float),
    histogram: optional(Native),
    histograms: optionalList(Native),
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
const Rows = z.object({ resultType: z.enum(['vector', 'matrix']), result: list(Row) });
const Single = z
  .object({ resultType: z.enum(['scalar', 'string']), result: Float })
  .transform(({ resultType, result }): { resultType: 'scalar' | 'string'; result: Series[] } => ({
    resultType,
    result: [{ labels: {}, samples: [result] }],
  }));

/** The answer of /api/v1/query and /api/v1/query_range. A scalar or a string is one series without labels. */
export const QueryResult = z
  .object({
    status: z.literal('success'),
    data: z.union([Rows, Single]),
    warnings: optionalList(z.string()),
    infos: optionalList(z.string()),
  })
  .transform(({ data, warnings, infos }) => ({
    type: data.resultType,
    series: data.result,
    warnings,
    infos,
  }));
export type QueryResult = z.output<typeof QueryResult>;

/** The answer of GET /api/v1/label/{name}/values. */
export const MetricNames = envelope(list(z.string()));
