import * as z from 'zod';
import { InputError, messageOf } from '../../../core/base/errors.ts';
import { read, mostSeries, type Prometheus } from '../client.ts';
import { parseTime } from '../../../core/base/time-arguments.ts';
import type { Answer } from '../schema/index.ts';
import { maxPoints, moment, spanOf } from '../time-range.ts';
import { summaryOf } from '../statistics.ts';
import { whyEmpty } from '../empty-result.ts';
import { QueryOutput, queryText } from './query-output.ts';

const input = z.strictObject({
  query: z.string().trim().min(1).max(20_000).describe('PromQL, e.g. up == 0'),
  time: z.string().optional().describe('Moment: -2h or ISO 8601 (default now)'),
  range: z.string().optional().describe('Over the last 6h, 30m, 7d instead'),
  start: z.string().optional().describe('Or from: -2h or ISO 8601'),
  end: z.string().optional().describe('To (default now)'),
  step: z.string().optional().describe(`e.g. 5m; at most ${maxPoints} points a series`),
  limit: z.int().min(1).max(100).default(20).describe('Most series (20)'),
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
  async run({ query, time, limit, ...asked }, fleet) {
    const prometheus = fleet.on();
    const span = spanOf(asked, prometheus.now());
    if (span && time !== undefined)
      throw new InputError(
        'time is for an instant query, range, start and end are for one over time',
        { hint: 'Give one or the other.' },
      );
    const at = span ? span.end : parseTime('time', time ?? 'now', prometheus.now());
    const answer = span
      ? await prometheus.queryRange(query, span)
      : await prometheus.query(query, at);
    const series = ordered(answer, query);
    const shown = series.slice(0, limit);
    const points =
      answer.type === 'matrix'
        ? Math.max(6, Math.floor(pointBudget / Math.max(1, shown.length)))
        : undefined;
    return {
      query,
      type: answer.type,
      ...(span
        ? { start: moment(span.start), end: moment(span.end), stepSeconds: span.step }
        : { at: moment(at) }),
      series: shown.map((one) => summaryOf(one, points)),
      total: series.length,
      notes: [
        ...(span?.note ? [span.note] : []),
        ...truncated(answer),
        ...(series.length === 0 ? await reasons(query, prometheus) : []),
      ],
      infos: answer.infos,
      warnings: answer.warnings,
    };
  },
  text: queryText,
});

/** Prometheus orders only what was sorted on purpose; everything else is sorted here, by labels. */
function ordered({ series, type }: Answer, query: string): Answer['series'] {
  if (type === 'vector' && /^\s*(sort|topk|bottomk)/i.test(query)) return series;
  const key = ({ labels }: Answer['series'][number]): string =>
    JSON.stringify([labels['__name__'], Object.entries(labels).sort()]);
  return series
    .map((one) => ({ one, key: key(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ one }) => one);
}

const truncated = ({ series }: Answer): string[] =>
  series.length >= mostSeries
    ? [
        `At least ${mostSeries} series match; Lares asked for no more. Aggregate with sum by (…) or use topk(20, …).`,
      ]
    : [];

const search =
  'Search names: prom_query {"query":"count by (__name__) ({__name__=~\\".*disk.*\\"})"}.';

/** An empty result is no error; a failed search for its reason must not make it one. */
const reasons = (query: string, prometheus: Prometheus): Promise<string[]> =>
  whyEmpty(query, prometheus).then(
    (why) =>
      why.some((sentence) => sentence.startsWith('There is no')) || why.length === 0
        ? [...why, search]
        : why,
    (error: unknown) => [`Metric names could not be searched: ${messageOf(error).message}.`],
  );
