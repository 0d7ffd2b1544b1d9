import { InputError } from '../../core/base/errors.ts';
import { parseDuration, parseTime } from '../../core/base/time-arguments.ts';
import { duration } from '../../core/base/units.ts';

/** A time range as Graylog takes it. `range` 0 would mean all time, so it is never sent. */
export type TimeRange =
  | { type: 'relative'; range: number }
  | { type: 'relative'; from: number; to: number }
  | { type: 'absolute'; from: string; to: string };

/** What a search covers: from `from` up to, but not including, `to`. Milliseconds. */
export interface SearchWindow {
  range: TimeRange;
  from: number;
  to: number;
  /** `the last 1 h`, or `2026-… to 2026-…`. */
  words: string;
}

/** Milliseconds as ISO 8601: Graylog wants a fraction and a zone. */
export const isoMillis = (ms: number): string => new Date(ms).toISOString();

/** Up to now, by Graylog's own clock. */
export const lastSeconds = (seconds: number): TimeRange => ({ type: 'relative', range: seconds });

/** Without any argument, the last hour. */
const defaultSeconds = 3_600;

/** The window a caller means. Graylog's own clock decides what "the last hour" is; anything else is absolute. Throws an InputError where the arguments contradict each other. */
export function parseWindow(
  {
    range,
    start,
    end,
  }: { range?: string | undefined; start?: string | undefined; end?: string | undefined },
  now: number,
): SearchWindow {
  if (range !== undefined && start !== undefined && end !== undefined)
    throw new InputError('start, end and range are one too many', {
      hint: 'Leave one of them out.',
    });
  const seconds = range === undefined ? undefined : Math.ceil(parseDuration('range', range));
  if (start === undefined && end === undefined) {
    const length = seconds ?? defaultSeconds;
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
      ? (to ?? now) - (seconds ?? defaultSeconds) * 1000
      : Math.round(parseTime('start', start, now) * 1000);
  const until = to ?? (seconds === undefined ? now : from + seconds * 1000);
  if (from >= until)
    throw new InputError(
      `The range is empty: it starts at ${isoMillis(from)} and ends at ${isoMillis(until)}`,
      { hint: 'start must be before end.' },
    );
  return absoluteWindow(from, until);
}

/** From one moment up to another, in ms. */
export const absoluteWindow = (from: number, to: number): SearchWindow => ({
  range: { type: 'absolute', from: isoMillis(from), to: isoMillis(to) },
  from,
  to,
  words: `${isoMillis(from)} to ${isoMillis(to)}`,
});
