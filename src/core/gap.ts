import * as z from 'zod';
import { fullMessage, LaresError, UpstreamError } from './base/errors.ts';

/** What an answer lacks, and why: named, so that it never looks like zero. */
export const Gap = z.object({
  what: z.string(),
  why: z.string(),
  denied: z.literal(true).optional().describe('Only a privilege is missing'),
});
/** A part that was not looked at. */
export type Gap = z.output<typeof Gap>;

/** Output field of every answer that may lack a part. */
export const Gaps = z.array(Gap).describe('Unknown, not zero');

/** The gap that an error leaves. `denied`, when credentials were refused or lack a privilege. */
export const gapAfter = (what: string, error: unknown): Gap => ({
  what,
  why: fullMessage(error),
  ...(error instanceof UpstreamError && error.denied && { denied: true }),
});

/** What a part of a check-up is. */
export interface CheckOptions {
  /** One of the service's `parts`: where the operator says that there is none, it is not asked for, and no gap. */
  part?: string;
  /** The verdict does not need it: a report without it is told as one that lacks it, and judged as if it were there. */
  extra?: boolean;
}

/** Asks for one part of a check-up. Denied, missing or too slow is `undefined` here and named in the report, never "fine". */
export type Check = <T>(
  what: string,
  ask: () => Promise<T>,
  options?: CheckOptions,
) => Promise<T | undefined>;

/** Asks for parts of an answer that may be denied or missing: they are undefined then, and named in `gaps`. What the operator says does not exist is not asked for, and no gap. A cancelled call stays cancelled. */
export function collectGaps({ without }: { without?: ReadonlySet<string> } = {}): {
  part: Check;
  gaps: Gap[];
} {
  const gaps: Gap[] = [];
  const part: Check = async (what, ask, options) => {
    if (isWithout(without, options?.part)) return undefined;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof LaresError)) throw error;
      gaps.push(gapAfter(what, error));
      return undefined;
    }
  };
  return { part, gaps };
}

/** Whether the operator says that there is no such part. */
export const isWithout = (
  without: ReadonlySet<string> | undefined,
  part: string | undefined,
): boolean => part !== undefined && without?.has(part) === true;

/** The gaps as lines of a text, each beginning with NOT CHECKED; empty when there are none. */
export const gapsText = (gaps: readonly Gap[] = []): string =>
  gaps.map(({ what, why }) => `NOT CHECKED: ${what} (${why})`).join('\n');
