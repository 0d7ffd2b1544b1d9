/** The world's time in ms since the epoch. Frozen at `now` when one is given, else the machine's time; `advance` moves both. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export function createClock(frozenAt?: number): Clock {
  let ahead = 0;
  return {
    now: () => (frozenAt ?? Date.now()) + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}

/** The last time before `now` that it was `hourOfDay` o'clock UTC, at least `daysAgo` whole days ago. */
export function lastTime(now: number, hourOfDay: number, daysAgo = 0): number {
  const today = Math.floor(now / day) * day + hourOfDay * hour;
  return (today > now ? today - day : today) - daysAgo * day;
}

/** The last Sunday on which it was `hourOfDay` o'clock UTC before `now`. */
export function lastSunday(now: number, hourOfDay: number): number {
  const latest = lastTime(now, hourOfDay);
  return latest - new Date(latest).getUTCDay() * day;
}
