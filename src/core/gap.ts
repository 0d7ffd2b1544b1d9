import * as z from 'zod';
import { fullMessage, LaresError } from './base/errors.ts';
import type { Check } from './health.ts';

/** What an answer lacks, and why: named, so that it never looks like zero. */
export const Gap = z.object({ what: z.string(), why: z.string() });
/** A part that was not looked at. */
export type Gap = z.output<typeof Gap>;

/** Output field of every answer that may lack a part. */
export const Gaps = z.array(Gap).describe('Unknown, not zero');

/** Asks for parts of an answer that may be denied or missing: they are undefined then, and named in `gaps`. A cancelled call stays cancelled. */
export function collectGaps(): { part: Check; gaps: Gap[] } {
  const gaps: Gap[] = [];
  const part: Check = (what, ask) =>
    ask().catch((error: unknown) => {
      if (!(error instanceof LaresError)) throw error;
      gaps.push({ what, why: fullMessage(error) });
      return undefined;
    });
  return { part, gaps };
}

/** The gaps as lines of a text, each beginning with NOT CHECKED; empty when there are none. */
export const gapsText = (gaps: readonly Gap[] = []): string =>
  gaps.map(({ what, why }) => `NOT CHECKED: ${what} (${why})`).join('\n');
