import type { Labels, Point } from './syntax.ts';

interface Stretch { labels: Labels; samples: { at: number; value: number }[] }
const withoutName = ({ __name__: _, ...labels }: Labels): Labels => labels;

const reducers: Readonly<Record<string, (values: number[], samples: Stretch['samples'], range: number) => number | undefined>> = {
  avg_over_time: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  sum_over_time: (values) => values.reduce((a, b) => a + b, 0),
  min_over_time: (values) => Math.min(...values),
  max_over_time: (values) => Math.max(...values),
  count_over_time: (values) => values.length,
  last_over_time: (values) => values.at(-1),
  rate: (_, samples) => slope(samples),
  irate: (_, samples) => slope(samples.slice(-2)),
  increase: (_, samples, range) => scaled(slope(samples), range),
  delta: (values, samples, range) => scaled(values.length < 2 ? undefined : ((values.at(-1) ?? 0) - (values[0] ?? 0)) / seconds(samples), range),
};

const seconds = (samples: Stretch['samples']): number => (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
const scaled = (perSecond: number | undefined, range: number): number | undefined => (perSecond === undefined ? undefined : perSecond * range);

/** Growth of a counter per second; two samples at least, and a reset counts from zero. */
function slope(samples: Stretch['samples']): number | undefined {
  if (samples.length < 2) return undefined;
  const growth = samples.slice(1).reduce((sum, { value }, i) => sum + (value >= (samples[i]?.value ?? 0) ? value - (samples[i]?.value ?? 0) : value), 0);
  return growth / seconds(samples);
}

export const overTime = (name: string, series: readonly Stretch[], range: number): Point[] => series.flatMap(({ labels, samples }) => {
  const value = samples.length === 0 ? undefined : reducers[name]?.(samples.map((sample) => sample.value), samples, range);
  return value === undefined ? [] : [{ labels: name === 'last_over_time' ? labels : withoutName(labels), value }];
});

export function perSample(name: string, points: readonly Point[], parameter: number, at: number): Point[] {
  if (name === 'absent') return points.length === 0 ? [{ labels: {}, value: 1 }] : [];
  if (name === 'sort' || name === 'sort_desc') return points.toSorted((a, b) => (name === 'sort' ? a.value - b.value : b.value - a.value));
  const change: Readonly<Record<string, (value: number) => number>> = {
    abs: Math.abs, ceil: Math.ceil, floor: Math.floor, round: (value) => Math.round(value / parameter) * parameter, timestamp: () => at,
  };
  return points.map(({ labels, value }) => ({ labels: withoutName(labels), value: change[name]?.(value) ?? value }));
}
