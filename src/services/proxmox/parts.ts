import { LaresError } from '../../core/errors.ts';
import type { Check } from '../../core/health.ts';

/** What an answer lacks, and why. */
export interface Gap {
  what: string;
  why: string;
}

/** Asks for parts of an answer that may be denied or missing: they are undefined then, and named in `gaps`. A cancelled call stays cancelled. */
export function parts(): { part: Check; gaps: Gap[] } {
  const gaps: Gap[] = [];
  const part: Check = (what, ask) => ask().catch((error: unknown) => {
    if (!(error instanceof LaresError)) throw error;
    gaps.push({ what, why: error.hint ? `${error.message}. ${error.hint}` : error.message });
    return undefined;
  });
  return { part, gaps };
}
