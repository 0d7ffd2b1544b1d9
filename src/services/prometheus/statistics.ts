import type { Labels, Sample, Series } from './schema/index.ts';

/** One series in short. Values stay text, as Prometheus writes them: NaN and +Inf survive. `at` in unix seconds. */
export interface Summary {
  labels: Labels;
  /** The last value. */
  value: string;
  at: number;
  histogram?: { count: string; sum: string };
  /** Only of a matrix: what was asked over time. */
  over?: {
    samples: number;
    notNumbers: number;
    min: string;
    avg: string;
    max: string;
    points: { at: number; value: string }[];
  };
}

/** `points` is how many of its points are kept; undefined for a single moment, of which none are. */
export function summarize({ labels, samples }: Series, points: number | undefined): Summary {
  const { at, value, histogram } = samples.at(-1) ?? { at: 0, value: 'none' };
  return {
    labels,
    value,
    at,
    ...(histogram && { histogram }),
    ...(points !== undefined && { over: statistics(samples, points) }),
  };
}

/** Over the real numbers among the samples; without any, NaN. */
function statistics(samples: readonly Sample[], points: number): NonNullable<Summary['over']> {
  const numbers = samples
    .map(({ value }) => parseValue(value))
    .filter((value) => !Number.isNaN(value));
  let min = numbers[0] ?? Number.NaN;
  let max = min;
  let sum = 0;
  for (const value of numbers) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return {
    samples: samples.length,
    notNumbers: samples.length - numbers.length,
    min: formatValue(min),
    avg: formatValue(sum / numbers.length),
    max: formatValue(max),
    points: evenlySpaced(samples, points).map(({ at, value }) => ({ at, value })),
  };
}

/** The number that Prometheus writes, infinities with a sign; NaN for what is none. */
export function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** A number in Prometheus' spelling, six significant digits. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(Number(value.toPrecision(6)));
  return value > 0 ? '+Inf' : '-Inf';
}

/** At most `count` (two or more) of the items, evenly spaced, the first and the last included. */
export function evenlySpaced<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))],
  ).filter((item) => item !== undefined);
}
