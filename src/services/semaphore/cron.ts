import { InputError } from '../../core/base/errors.ts';
import { day, hour, minute, second } from '../../core/base/units.ts';

/** When a cron expression was last due: the five fields and `@` words of robfig/cron's standard parser, which Semaphore uses. */
interface Fields {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** A day field that is `*` leaves the choice to the other one; two restricted ones add up. */
  anyDay: boolean;
  anyWeekday: boolean;
}

const words: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const monthNames = [
  'jan',
  'feb',
  'mar',
  'apr',
  'may',
  'jun',
  'jul',
  'aug',
  'sep',
  'oct',
  'nov',
  'dec',
];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const unitMs: Readonly<Record<string, number>> = { h: hour, m: minute, s: second };

/**
 * The last moment up to `until` (ms) by which it must have run, at most two years back; undefined when there was none. `@every` counts from the
 * server's start, so twice its interval is granted. What cannot be understood is an error, and so is a zone that does not exist.
 */
export function lastDue(expression: string, until: number, timezone = 'UTC'): number | undefined {
  const [, ownZone, rest = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/.exec(expression.trim()) ?? [];
  const every = /^@every\s+(\S+)$/.exec(rest)?.[1];
  if (every) return until - 2 * interval(every, expression);
  const fields = parse(words[rest] ?? rest);
  if (!fields)
    throw new InputError(`the cron expression ${JSON.stringify(expression)} is not understood`);
  const clock = wallClock(ownZone ?? timezone);
  const now = clock(until);
  for (let date = now - (now % day); date > now - 740 * day; date -= day) {
    if (!matchesDay(fields, new Date(date))) continue;
    for (let time = Math.min(date + day - minute, now); time >= date; time -= minute) {
      const wall = new Date(time);
      if (!fields.hours.has(wall.getUTCHours()) || !fields.minutes.has(wall.getUTCMinutes()))
        continue;
      const due = Math.floor(instantOf(time, clock) / minute) * minute;
      // What the clock jumped over in spring never was.
      if (due <= until && Math.floor(clock(due) / minute) === Math.floor(time / minute)) return due;
    }
  }
  return undefined;
}

/** A Go duration such as `1h30m`, in milliseconds. */
function interval(duration: string, expression: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  const ms = parts.reduce((sum, [, n, unit = '']) => sum + Number(n) * (unitMs[unit] ?? 0), 0);
  if (ms < second || parts.map(([part]) => part).join('') !== duration)
    throw new InputError(`the cron expression ${JSON.stringify(expression)} is not understood`);
  return ms;
}

function matchesDay({ days, months, weekdays, anyDay, anyWeekday }: Fields, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [byDate, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return anyDay || anyWeekday ? byDate && byWeekday : byDate || byWeekday;
}

/** The words that the month and the weekday field take besides numbers, by the place of the field. */
const names = new Map<number, ReadonlyMap<string, number>>([
  [3, new Map(monthNames.map((name, i) => [name, i + 1]))],
  [4, new Map(dayNames.map((name, i) => [name, i]))],
]);

function parse(expression: string): Fields | undefined {
  const parts = expression.toLowerCase().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 6],
  ].map(([low = 0, high = 0], i) => numbers(parts[i] ?? '', low, high, names.get(i) ?? new Map()));
  if (parts.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const any = (field = ''): boolean => field.split(',').some((part) => /^[*?](?:\/1)?$/.test(part));
  return {
    minutes,
    hours,
    days,
    months,
    weekdays,
    anyDay: any(parts[2]),
    anyWeekday: any(parts[4]),
  };
}

function numbers(
  field: string,
  low: number,
  high: number,
  names: ReadonlyMap<string, number>,
): Set<number> | undefined {
  const set = new Set<number>();
  for (const part of field.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first = '', last] = range.split('-');
    const number = (word: string): number =>
      names.get(word) ?? (/^\d+$/.test(word) ? Number(word) : NaN);
    const any = first === '*' || first === '?';
    const from = any ? low : number(first);
    // `5/15` goes on to the end, `5` does not.
    const open = any || (last === undefined && step !== undefined);
    const to = open ? high : number(last ?? first);
    if (!(from >= low && to <= high && from <= to) || step === '0') return undefined;
    for (let n = from; n <= to; n += Number(step ?? 1)) set.add(n);
  }
  return set;
}

/** Milliseconds as a clock on the wall there would show them, counted as if it were UTC. */
function wallClock(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const part = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(
      part['year'] ?? 0,
      (part['month'] ?? 1) - 1,
      part['day'],
      part['hour'],
      part['minute'],
      part['second'],
    );
  };
}

/** The moment at which a clock there shows `wall`. */
function instantOf(wall: number, clock: (at: number) => number): number {
  const estimate = wall - (clock(wall) - wall);
  return estimate - (clock(estimate) - wall);
}
