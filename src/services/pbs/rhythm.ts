const hour = 3_600_000;
const day = 24 * hour;

/** How many of the newest gaps decide: pruning thins out the older backups, so that their gaps say nothing of the schedule. */
const newest = 5;

/** The longest gap that a schedule by weekdays makes (Friday to Tuesday). */
const longWeekend = 4 * day;

/**
 * How long a guest usually waits for its next backup, in ms, from its own backups (ms, newest first): the median of the newest gaps,
 * or what it waited a week ago if that was longer, since many schedules rest at the weekend. Undefined with fewer than three backups.
 */
export function usualWait(times: readonly number[]): number | undefined {
  const gaps = times.slice(0, newest + 1).flatMap((time, i) => { const older = times[i + 1]; return older === undefined || i === newest ? [] : [time - older]; });
  if (gaps.length < 2) return undefined;
  const median = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  return Math.max(median, weekAgo(times));
}

function weekAgo(times: readonly number[]): number {
  const [last = 0] = times;
  const then = times.findIndex((time) => Math.abs(time - (last - 7 * day)) < 12 * hour);
  const [next, before] = [times[then - 1], times[then]];
  return next === undefined || before === undefined || next - before > longWeekend ? 0 : next - before;
}

/** Jobs over many guests take them at another time every night: a quarter more, and at least two hours, is no delay. */
export const isLate = (ageMs: number, waitMs: number): boolean => ageMs > waitMs + Math.max(2 * hour, waitMs / 4);
