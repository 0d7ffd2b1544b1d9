import { globPattern } from '../gate/protect.ts';

/** A finding an operator knows about. `*` stands for anything. */
export interface Mute {
  pattern: string;
  /** The last moment it is silent, in milliseconds since the epoch; none: for good. */
  until?: number | undefined;
}

/** Reads `LARES_MUTE`: ids of findings with commas, each with `@` and the last day it is silent, which is a day in UTC and included. A date that cannot be read is added to `problems`, and the finding is not muted. */
export function parseMutes(text: string, problems: string[]): Mute[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .flatMap((part) => parseMute(part, problems));
}

function parseMute(text: string, problems: string[]): Mute[] {
  const [pattern = '', day] = text.split('@');
  const until = day === undefined ? undefined : Date.parse(`${day}T23:59:59Z`);
  if (until === undefined || !Number.isNaN(until)) return [{ pattern, until }];
  problems.push(`LARES_MUTE: ${text}: the date is not like 2027-01-31, so this is not muted`);
  return [];
}

/** Whether the finding `id` is silent at `now` (milliseconds since the epoch). */
export const isMuted = (id: string, mutes: readonly Mute[], now: number): boolean =>
  mutes.some(
    ({ pattern, until }) =>
      (until === undefined || now <= until) &&
      // Ids have no blanks, and a pattern that was written with them still means what it did.
      globPattern(pattern.replace(/\s+/g, '_')).test(id),
  );
