import { InputError } from '../../core/base/errors.ts';
import { duration } from '../../core/base/units.ts';
import { parseDuration, parseTime } from '../../core/base/time-arguments.ts';

/** Points of a series that are asked for at most: enough for a shape. A step that is a little finer is widened. */
export const maxPoints = 120;

/** Prometheus itself refuses more points of a series; who asks for them expects them, so nothing is put in their place. */
const upstreamMaxPoints = 11_000;

/** Seconds; what people choose for a step. */
const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200,
  86_400,
];

/** What a range query covers. Unix seconds, `step` in seconds; `note` says what was changed in what the caller asked for. */
export interface TimeRange {
  start: number;
  end: number;
  step: number;
  note?: string;
}

/** As a caller writes them. */
export interface TimeArguments {
  start?: string | undefined;
  end?: string | undefined;
  range?: string | undefined;
  step?: string | undefined;
}

/** The range a caller means, or undefined when the question is about one moment. Throws an InputError where the arguments contradict each other. */
export function parseTimeRange(
  { start, end, range, step }: TimeArguments,
  nowMs: number,
): TimeRange | undefined {
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
  const to = end === undefined ? defaultEnd(from, length, nowMs) : parseTime('end', end, nowMs);
  const since = from ?? to - (length ?? 0);
  if (since >= to)
    throw new InputError(
      `The range is empty: it starts at ${isoSeconds(since)} and ends at ${isoSeconds(to)}`,
      { hint: 'start must be before end.' },
    );
  return {
    start: since,
    end: to,
    ...chooseStep(to - since, step === undefined ? undefined : parseDuration('step', step)),
  };
}

const defaultEnd = (from: number | undefined, length: number | undefined, nowMs: number): number =>
  from !== undefined && length !== undefined ? from + length : nowMs / 1000;

/** The requested step where it is coarse enough, else the next one that is. All in seconds. */
function chooseStep(
  length: number,
  requested: number | undefined,
): Pick<TimeRange, 'step' | 'note'> {
  const finest = length / (maxPoints - 1);
  if (requested !== undefined && requested >= finest) return { step: requested };
  const step = steps.find((seconds) => seconds >= finest) ?? Math.ceil(finest / 86_400) * 86_400;
  if (requested === undefined) return { step };
  const points = Math.floor(length / requested) + 1;
  if (points > upstreamMaxPoints)
    throw new InputError(
      `A step of ${requested} s over ${duration(length)} is ${points.toLocaleString('en-US')} points a series`,
      {
        hint: `Prometheus gives at most 11,000: leave step out (${duration(step)} would be chosen), or shorten the range.`,
      },
    );
  return {
    step,
    note: `A step of ${requested} s would give ${points.toLocaleString('en-US')} points a series; it was widened to ${duration(step)} (at most ${maxPoints} points). For peaks in between use max_over_time(…[${step}s]), or a shorter range.`,
  };
}

/** Unix seconds as ISO 8601, to the millisecond where it has any. */
export const isoSeconds = (seconds: number): string =>
  new Date(Math.round(seconds * 1000)).toISOString().replace('.000Z', 'Z');
