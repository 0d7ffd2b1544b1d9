import * as z from 'zod';
import { lines, table } from '../../../core/base/table.ts';
import { duration, plural } from '../../../core/base/units.ts';
import { pageOutput } from '../../../core/page.ts';
import { quoted } from '../../../core/base/text.ts';
import { evenlySpaced, parseValue } from '../statistics.ts';
import { isoSeconds } from '../time-range.ts';

const Seconds = z.number().describe('Unix seconds');
const Row = z.object({
  labels: z.record(z.string(), z.string()),
  value: z.string().describe('Last value, as Prometheus writes it (NaN, +Inf)'),
  at: Seconds,
  histogram: z.object({ count: z.string(), sum: z.string() }).optional(),
  over: z
    .object({
      samples: z.int(),
      notNumbers: z.int(),
      min: z.string(),
      avg: z.string(),
      max: z.string(),
      points: z.array(z.object({ at: Seconds, value: z.string() })),
    })
    .optional(),
});
type Row = z.output<typeof Row>;

/** What `prom_query` answers: `at`, or `start`, `end` and `stepSeconds`; `total` counts the series, shown or not, and `common` is of all of them. */
export const QueryOutput = z.object({
  query: z.string(),
  type: z.enum(['vector', 'matrix', 'scalar', 'string']),
  at: z.string().optional(),
  start: z.string().optional(),
  end: z.string().optional(),
  stepSeconds: z.number().optional(),
  series: z.array(Row),
  ...pageOutput,
  atLeast: z.literal(true).optional().describe('More series match than total'),
  common: z.record(z.string(), z.string()).describe('Labels of every series, shown or not'),
  notes: z.array(z.string()),
  infos: z.array(z.string()),
  warnings: z.array(z.string()),
});
type QueryOutput = z.output<typeof QueryOutput>;

/** The answer of `prom_query` for a person: a sentence, a table, and what Prometheus remarked. */
export function queryText(output: QueryOutput): string {
  const { notes, infos, warnings } = output;
  return lines(
    verdict(output),
    ...notes,
    seriesText(output),
    quoted('Warnings of Prometheus', warnings),
    quoted('Infos of Prometheus', infos),
  );
}

function verdict({
  type,
  series: [first],
  total,
  atLeast,
  at,
  start,
  end,
  stepSeconds,
}: QueryOutput): string {
  const when = at
    ? `at ${at}`
    : `from ${start} to ${end}, a point every ${duration(stepSeconds ?? 0)}`;
  if (total === 0) return `No series matches ${when}.`;
  if ((type === 'scalar' || type === 'string') && first)
    return `${type === 'scalar' ? 'Scalar' : 'String'} ${when}: ${type === 'string' ? JSON.stringify(first.value) : first.value}`;
  return `${atLeast ? 'At least ' : ''}${plural(total, 'series', 'series')} ${when}.`;
}

function seriesText({ type, series, common, total, atLeast }: QueryOutput): string {
  if (type === 'scalar' || type === 'string') return '';
  const label = ({ labels }: Row): string =>
    selector(Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in common))));
  const shared =
    Object.keys(common).length > 0 &&
    `${atLeast ? `All ${total} that were sent` : 'All'}: ${selector(common)}`;
  if (!series.some(({ over }) => over))
    return lines(
      shared,
      table(series, {
        series: label,
        value: ({ value }) => value,
        ...(type === 'matrix' && { at: ({ at }: Row) => isoSeconds(at) }),
      }),
    );
  return lines(
    shared,
    table(series, {
      series: label,
      min: ({ over, value }) => over?.min ?? value,
      avg: ({ over, value }) => over?.avg ?? value,
      max: ({ over, value }) => over?.max ?? value,
      last: ({ value }) => value,
      samples: ({ over }) =>
        `${over?.samples ?? 1}${over?.notNumbers ? ` (${over.notNumbers} no number)` : ''}`,
      'from–to': ({ over, at }) =>
        `${isoSeconds(over?.points[0]?.at ?? at).slice(5, 16)} – ${isoSeconds(at).slice(5, 16)}`,
      'points, first to last': ({ over, value }) =>
        evenlySpaced(over?.points.map((point) => point.value) ?? [value], 8)
          .map(shortValue)
          .join(' '),
    }),
  );
}

/** Four significant digits, for a row of points; what is no finite number stays as it is. */
function shortValue(value: string): string {
  const parsed = parseValue(value);
  return Number.isFinite(parsed) ? String(Number(parsed.toPrecision(4))) : value;
}

/** The labels that all of several series have in common; they are shown once. */
export function commonLabels(
  series: readonly { labels: Readonly<Record<string, string>> }[],
): Record<string, string> {
  const [first, ...others] = series;
  if (!first || others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) =>
      others.every(({ labels }) => labels[name] === value),
    ),
  );
}

/** Labels as PromQL writes them. */
export function selector({
  __name__: name = '',
  ...labels
}: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length > 0 || name === '' ? `${name}{${pairs.join(', ')}}` : name;
}
