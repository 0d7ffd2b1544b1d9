import { quantileOf } from './aggregate.ts';
import { anchored } from './selector.ts';
import type { Labels, Point } from './syntax.ts';

interface Stretch {
  labels: Labels;
  samples: { at: number; value: number }[];
}
/** `range` and `at` in seconds; `parameter` is the scalar argument, if the function takes one. */
interface Over {
  range: number;
  parameter: number;
  at: number;
}
const withoutName = ({ __name__: _, ...labels }: Labels): Labels => labels;
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

const reducers: Readonly<
  Record<string, (values: number[], samples: Stretch['samples'], over: Over) => number | undefined>
> = {
  avg_over_time: mean,
  sum_over_time: (values) => values.reduce((a, b) => a + b, 0),
  min_over_time: (values) => Math.min(...values),
  max_over_time: (values) => Math.max(...values),
  count_over_time: (values) => values.length,
  last_over_time: (values) => values.at(-1),
  present_over_time: () => 1,
  stddev_over_time: (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
  quantile_over_time: (values, _, { parameter }) => quantileOf(values, parameter),
  changes: (values) => values.slice(1).filter((value, i) => value !== values[i]).length,
  resets: (values) => values.slice(1).filter((value, i) => value < (values[i] ?? 0)).length,
  rate: (_, samples) => growth(samples),
  irate: (_, samples) => growth(samples.slice(-2)),
  increase: (_, samples, { range }) => scaled(growth(samples), range),
  delta: (values, samples, { range }) =>
    scaled(
      values.length < 2 ? undefined : ((values.at(-1) ?? 0) - (values[0] ?? 0)) / seconds(samples),
      range,
    ),
  deriv: (_, samples) => trend(samples)?.slope,
  predict_linear: (_, samples, { parameter, at }) => {
    const line = trend(samples);
    return line && line.level + line.slope * (at + parameter - line.at);
  },
};

const seconds = (samples: Stretch['samples']): number =>
  (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
const scaled = (perSecond: number | undefined, range: number): number | undefined =>
  perSecond === undefined ? undefined : perSecond * range;

/** Growth of a counter per second; two samples at least, and a reset counts from zero. */
function growth(samples: Stretch['samples']): number | undefined {
  if (samples.length < 2) return undefined;
  return (
    samples
      .slice(1)
      .reduce(
        (sum, { value }, i) =>
          sum + (value >= (samples[i]?.value ?? 0) ? value - (samples[i]?.value ?? 0) : value),
        0,
      ) / seconds(samples)
  );
}

/** Least squares: the level in the middle of the samples, and the slope per second. */
function trend(
  samples: Stretch['samples'],
): { at: number; level: number; slope: number } | undefined {
  if (samples.length < 2) return undefined;
  const at = mean(samples.map((sample) => sample.at));
  const level = mean(samples.map(({ value }) => value));
  const spread = samples.reduce((sum, sample) => sum + (sample.at - at) ** 2, 0);
  return {
    at,
    level,
    slope:
      samples.reduce((sum, sample) => sum + (sample.at - at) * (sample.value - level), 0) / spread,
  };
}

/** A function of a range vector, series by series; none where it has no value, or is not computed here. */
export const overTime = (name: string, series: readonly Stretch[], over: Over): Point[] =>
  series.flatMap(({ labels, samples }) => {
    const value =
      samples.length === 0
        ? undefined
        : reducers[name]?.(
            samples.map((sample) => sample.value),
            samples,
            over,
          );
    return value === undefined
      ? []
      : [{ labels: name === 'last_over_time' ? labels : withoutName(labels), value }];
  });

/** A function of an instant vector; `a` and `b` are its scalar arguments, `at` is in unix seconds. */
export function perSample(
  name: string,
  points: readonly Point[],
  [a = 1, b = a]: readonly number[],
  at: number,
): Point[] {
  if (name === 'absent') return points.length === 0 ? [{ labels: {}, value: 1 }] : [];
  if (name === 'sort' || name === 'sort_desc')
    return points.toSorted((first, second) =>
      name === 'sort' ? first.value - second.value : second.value - first.value,
    );
  const changes: Readonly<Record<string, (value: number) => number>> = {
    abs: Math.abs,
    ceil: Math.ceil,
    floor: Math.floor,
    exp: Math.exp,
    sqrt: Math.sqrt,
    ln: Math.log,
    log2: Math.log2,
    log10: Math.log10,
    sgn: Math.sign,
    round: (value) => Math.round(value / a) * a,
    clamp_min: (value) => Math.max(value, a),
    clamp_max: (value) => Math.min(value, a),
    clamp: (value) => Math.max(a, Math.min(b, value)),
    timestamp: () => at,
  };
  const change = changes[name];
  return change
    ? points.map(({ labels, value }) => ({ labels: withoutName(labels), value: change(value) }))
    : [];
}

/** label_replace(points, to, replacement, from, pattern), whose `$1` are JavaScript's too. */
export const labelReplace = (
  points: readonly Point[],
  [to = '', replacement = '', from = '', pattern = '']: readonly string[],
): Point[] =>
  points.map((point) => {
    const text = point.labels[from] ?? '';
    const { [to]: _, ...others } = point.labels;
    if (!anchored(pattern).test(text)) return point;
    const value = text.replace(anchored(pattern), replacement);
    return { ...point, labels: value === '' ? others : { ...others, [to]: value } };
  });
