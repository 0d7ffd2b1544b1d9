import { InputError } from '../../core/base/errors.ts';
import { parseDuration, parseTime } from '../../core/base/time-arguments.ts';
import { duration } from '../../core/base/units.ts';

/** A time range as Graylog takes it. `range` 0 would mean all time, so it is never sent. */
export type TimeRange =
  | { type: 'relative'; range: number }
  | { type: 'relative'; from: number; to: number }
  | { type: 'absolute'; from: string; to: string };

/** What a search covers: from `from` up to, but not including, `to`. Milliseconds. */
export interface Window {
  range: TimeRange;
  from: number;
  to: number;
  /** `the last 1 h`, or `2026-… to 2026-…`. */
  words: string;
}

/** Graylog wants milliseconds and a zone. */
export const stamp = (ms: number): string => new Date(ms).toISOString();

export const lastSeconds = (seconds: number): TimeRange => ({ type: 'relative', range: seconds });

/** Graylog's own clock decides what "the last hour" is; anything else is absolute. */
export function windowOf(
  {
    range,
    start,
    end,
  }: { range?: string | undefined; start?: string | undefined; end?: string | undefined },
  now: number,
): Window {
  if (range !== undefined && start !== undefined && end !== undefined)
    throw new InputError('start, end and range are one too many', {
      hint: 'Leave one of them out.',
    });
  const seconds = range === undefined ? undefined : Math.ceil(parseDuration('range', range));
  if (start === undefined && end === undefined) {
    const length = seconds ?? 3_600;
    return {
      range: lastSeconds(length),
      from: now - length * 1000,
      to: now,
      words: `the last ${duration(length)}`,
    };
  }
  const to = end === undefined ? undefined : Math.round(parseTime('end', end, now) * 1000);
  const from =
    start === undefined
      ? (to ?? now) - (seconds ?? 3_600) * 1000
      : Math.round(parseTime('start', start, now) * 1000);
  const until = to ?? (seconds === undefined ? now : from + seconds * 1000);
  if (from >= until)
    throw new InputError(
      `The range is empty: it starts at ${stamp(from)} and ends at ${stamp(until)}`,
      { hint: 'start must be before end.' },
    );
  return {
    range: { type: 'absolute', from: stamp(from), to: stamp(until) },
    from,
    to: until,
    words: `${stamp(from)} to ${stamp(until)}`,
  };
}
