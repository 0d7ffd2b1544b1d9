import { InputError } from '../../core/base/errors.ts';
import { duration } from '../../core/base/units.ts';
import { parseDuration, parseTime } from '../../core/base/time-arguments.ts';

/** Most points of a series that are asked for: enough for a shape. A step that is a little finer is widened. */
export const maxPoints = 120;

/** Prometheus itself refuses more points of a series; who asks for them expects them, so nothing is put in their place. */
const upstreamPoints = 11_000;

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200,
  86_400,
];

/** What a range query covers. Unix seconds; `note` says what was changed in what the caller asked for. */
export interface Span {
  start: number;
  end: number;
  step: number;
  note?: string;
}

export interface Asked {
  start?: string | undefined;
  end?: string | undefined;
  range?: string | undefined;
  step?: string | undefined;
}

/** The span a caller means, or undefined when the question is about one moment. */
export function spanOf({ start, end, range, step }: Asked, nowMs: number): Span | undefined {
  if (start === undefined && range === undefined) {
    if (end === undefined && step === undefined) return undefined;
    throw new InputError(`${end === undefined ? 'step' : 'end'} alone is no range`, {
      hint: 'Add range (like 6h) or start.',
    });
  }
  if (start !== undefined && end !== undefined && range !== undefined)
    throw new InputError('start, end and range are one too many', {
      hint: 'Leave one of them out.',
    });
  const length = range === undefined ? undefined : parseDuration('range', range);
  const from = start === undefined ? undefined : parseTime('start', start, nowMs);
  const to =
    end !== undefined
      ? parseTime('end', end, nowMs)
      : from !== undefined && length !== undefined
        ? from + length
        : nowMs / 1000;
  const since = from ?? to - (length ?? 0);
  if (since >= to)
    throw new InputError(
      `The range is empty: it starts at ${moment(since)} and ends at ${moment(to)}`,
      { hint: 'start must be before end.' },
    );
  return {
    start: since,
    end: to,
    ...stepFor(to - since, step === undefined ? undefined : parseDuration('step', step)),
  };
}

function stepFor(length: number, wanted: number | undefined): Pick<Span, 'step' | 'note'> {
  const least = length / (maxPoints - 1);
  if (wanted !== undefined && wanted >= least) return { step: wanted };
  const step = steps.find((one) => one >= least) ?? Math.ceil(least / 86_400) * 86_400;
  if (wanted === undefined) return { step };
  const points = Math.floor(length / wanted) + 1;
  if (points > upstreamPoints)
    throw new InputError(
      `A step of ${wanted} s over ${duration(length)} is ${points.toLocaleString('en-US')} points a series`,
      {
        hint: `Prometheus gives at most 11,000: leave step out (${duration(step)} would be chosen), or shorten the range.`,
      },
    );
  return {
    step,
    note: `A step of ${wanted} s would give ${points.toLocaleString('en-US')} points a series; it was widened to ${duration(step)} (at most ${maxPoints} points). For peaks in between use max_over_time(…[${step}s]), or a shorter range.`,
  };
}

/** Unix seconds as ISO 8601, to the millisecond where it has any. */
export const moment = (seconds: number): string =>
  new Date(Math.round(seconds * 1000)).toISOString().replace('.000Z', 'Z');
