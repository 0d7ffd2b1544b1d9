import * as z from 'zod';
import { InputError, messageOf } from '../../../core/base/errors.ts';
import { read, seriesLimit, type Prometheus } from '../client.ts';
import { page, pageInput } from '../../../core/page.ts';
import { parseTime } from '../../../core/base/time-arguments.ts';
import { explainEmptyResult } from '../empty-result.ts';
import type { QueryResult, Series } from '../schema/index.ts';
import { summarize } from '../statistics.ts';
import { isoSeconds, parseTimeRange } from '../time-range.ts';
import { commonLabels, QueryOutput, queryText } from './query-output.ts';

const input = z.strictObject({
  query: z.string().trim().min(1).max(20_000).describe('PromQL, e.g. up == 0'),
  time: z.string().optional().describe('-2h or ISO 8601 (now)'),
  range: z.string().optional().describe('Or the last 6h, 30m, 7d'),
  start: z.string().optional().describe('Or from: -2h or ISO 8601'),
  end: z.string().optional().describe('To (now)'),
  step: z.string().optional().describe('e.g. 5m'),
  ...pageInput({ max: 100, fallback: 20 }),
});

/** Points of all series together; each keeps at least six. */
const pointBudget = 240;

export const promQuery = read({
  name: 'prom_query',
  title: 'Query metrics',
  description:
    'Evaluate PromQL now, at a time, or over a range: series with min, avg, max, last and a few points.',
  example: { query: 'sum by (job) (up)', range: '1h' },
  input,
  output: QueryOutput,
  rows: 'series',
  narrow: 'aggregate, filter or use topk(20, …)',
  async run({ query, time, limit, cursor, ...rangeArguments }, fleet) {
    const prometheus = fleet.on();
    const range = parseTimeRange(rangeArguments, prometheus.now());
    if (range && time !== undefined)
      throw new InputError(
        'time is for an instant query, range, start and end are for one over time',
        { hint: 'Give one or the other.' },
      );
    const at = range ? range.end : parseTime('time', time ?? 'now', prometheus.now());
    const result = range
      ? await prometheus.queryRange(query, range)
      : await prometheus.query(query, at);
    const series = sortSeries(result, query);
    const { rows: shown, ...counted } = page(series, { limit, cursor });
    const points =
      result.type === 'matrix'
        ? Math.max(6, Math.floor(pointBudget / Math.max(1, shown.length)))
        : undefined;
    return {
      query,
      type: result.type,
      ...(range
        ? {
            start: isoSeconds(range.start),
            end: isoSeconds(range.end),
            stepSeconds: range.step,
          }
        : { at: isoSeconds(at) }),
      series: shown.map((row) => summarize(row, points)),
      ...counted,
      ...(isTruncated(result) && { atLeast: true as const }),
      common: commonLabels(series),
      notes: [
        ...(range?.note ? [range.note] : []),
        ...truncationNotes(result),
        ...(series.length === 0 ? await emptyNotes(query, prometheus) : []),
      ],
      infos: result.infos,
      warnings: result.warnings,
    };
  },
  text: queryText,
});

/** Prometheus orders only what was sorted on purpose; everything else is sorted here, by labels. */
function sortSeries({ series, type }: QueryResult, query: string): Series[] {
  if (type === 'vector' && /^\s*(sort|topk|bottomk)/i.test(query)) return series;
  return series
    .map((row) => ({ row, key: sortKey(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

const sortKey = ({ labels }: Series): string =>
  JSON.stringify([labels['__name__'], Object.entries(labels).sort()]);

/** Whether the server left series out because it was asked to (3.2 and later, which say so); older ones send all. */
const isTruncated = ({ warnings }: QueryResult): boolean =>
  warnings.some((warning) => /truncated due to limit/i.test(warning));

const truncationNotes = (result: QueryResult): string[] =>
  isTruncated(result)
    ? [
        `More series match: Lares asked for ${seriesLimit.toLocaleString('en-US')} at most. Aggregate with sum by (…) or use topk(20, …).`,
      ]
    : [];

const searchHint =
  'Search names: prom_query {"query":"count by (__name__) ({__name__=~\\".*disk.*\\"})"}.';

/** An empty result is no error; a failed search for its reason must not make it one. */
const emptyNotes = (query: string, prometheus: Prometheus): Promise<string[]> =>
  explainEmptyResult(query, prometheus).then(
    (notes) =>
      notes.some((note) => note.startsWith('There is no')) || notes.length === 0
        ? [...notes, searchHint]
        : notes,
    (error: unknown) => [`Metric names could not be searched: ${messageOf(error).message}.`],
  );
