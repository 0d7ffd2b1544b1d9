import { day, hour } from '../../core/base/units.ts';

/** How many of the newest gaps decide: pruning thins out the older backups, so that their gaps say nothing of the schedule. */
const decidingGaps = 5;

/** How long a guest usually waits for its next backup, in ms, from its own backups (ms, newest first): the median of the newest gaps, longer before a weekend on which it rests. Undefined with fewer than three backups. */
export function usualInterval(times: readonly number[]): number | undefined {
  const gaps = times.slice(0, decidingGaps + 1).flatMap((time, i, newest) => {
    const older = newest[i + 1];
    return older === undefined ? [] : [time - older];
  });
  if (gaps.length < 2) return undefined;
  const median = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  return median + (isDaily(median) && restsNow(times) ? 2 * day : 0);
}

const isDaily = (gap: number): boolean => gap > 20 * hour && gap < 28 * hour;

/** Whether the last backup was the last before a weekend that is always left out. The days are those of UTC, so that a weekend may begin a day early or late. */
function restsNow(times: readonly number[]): boolean {
  const days = times.slice(0, 8).map((time) => new Date(time).getUTCDay());
  const [last = 0] = days;
  const knowsWeekends = (times[0] ?? 0) - (times.at(-1) ?? 0) > 6 * day;
  return (
    knowsWeekends &&
    days.length >= 5 &&
    [4, 5, 6].includes(last) &&
    ![1, 2].some((after) => days.includes((last + after) % 7))
  );
}

/** Jobs over many guests take them at another time every night: a quarter more, and at least two hours, is no delay. */
export const isOverdue = (ageMs: number, intervalMs: number): boolean =>
  ageMs > intervalMs + Math.max(2 * hour, intervalMs / 4);
