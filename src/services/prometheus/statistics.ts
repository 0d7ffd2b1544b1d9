import type { Sample, Series } from './schema/index.ts';

/** One series as it is told. Values stay text, as Prometheus writes them: NaN and +Inf survive. */
export interface Summary {
  labels: Readonly<Record<string, string>>;
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

/** `points` is how many of its points are kept; none are wanted of a single moment. */
export function summaryOf({ labels, samples }: Series, points: number | undefined): Summary {
  const last = samples.at(-1) ?? { at: 0, value: 'none' };
  const { at, value, histogram } = last;
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
    .map(({ value }) => numberOf(value))
    .filter((value) => !Number.isNaN(value));
  const reduced = (pick: (a: number, b: number) => number): string =>
    numbers.length === 0 ? 'NaN' : written(numbers.reduce(pick));
  const sum = numbers.reduce((a, b) => a + b, 0);
  return {
    samples: samples.length,
    notNumbers: samples.length - numbers.length,
    min: reduced((a, b) => Math.min(a, b)),
    avg: numbers.length === 0 ? 'NaN' : written(sum / numbers.length),
    max: reduced((a, b) => Math.max(a, b)),
    points: spread(samples, points).map(({ at, value }) => ({ at, value })),
  };
}

/** Prometheus writes infinities with a sign. */
export const numberOf = (text: string): number =>
  text === '+Inf'
    ? Infinity
    : text === '-Inf'
      ? -Infinity
      : text.trim() === ''
        ? Number.NaN
        : Number(text);

/** A number in Prometheus' spelling, six significant digits. */
export const written = (value: number): string =>
  Number.isNaN(value)
    ? 'NaN'
    : Number.isFinite(value)
      ? String(Number(value.toPrecision(6)))
      : value > 0
        ? '+Inf'
        : '-Inf';

/** So many of them, evenly spaced, the first and the last included. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from(
    { length: count },
    (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))],
  ).filter((one) => one !== undefined);
}
