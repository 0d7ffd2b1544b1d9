import { fullMessage, UnreachableError } from './base/errors.ts';
import type { JsonObject } from './base/json.ts';

/** `critical`: something is broken; `warning`: it will be, or is half; `info`: worth knowing, and no trouble. */
export type Severity = 'critical' | 'warning' | 'info';

/** Something an operator should know, computed here so that no model has to read a chart. */
export interface Finding {
  /** Stable: `service.kind/subject`. What `LARES_MUTE` matches. */
  id: string;
  severity: Severity;
  subject: string;
  /** One sentence with unit and direction. */
  message: string;
  /** ISO 8601. */
  since?: string | undefined;
  evidence?: string | undefined;
  /** The call that digs deeper. */
  next?: { tool: string; arguments: JsonObject } | undefined;
}

/** What one service says of itself. */
export interface Report {
  version?: string | undefined;
  /** Its share of the line a person reads aloud: `nodes 4/4, guests 38 of 47 running`. */
  headline?: string | undefined;
  facts: Readonly<Record<string, string | number>>;
  findings: readonly Finding[];
}

/** A report, and what it could not look at. */
export interface HealthReport extends Report {
  gaps: { what: string; why: string }[];
}

/** Asks for one part of a check-up. Denied, missing or too slow is `undefined` here and named in the report, never "fine". */
export type Check = <T>(what: string, ask: () => Promise<T>) => Promise<T | undefined>;

/** Runs one service's check-up; what is still silent at four fifths of the deadline (a part, an instance) is given up, so that the rest is told in time. */
export async function inspect(
  examine: (check: Check, late: AbortSignal) => Promise<Report>,
  deadlineMs: number,
): Promise<HealthReport> {
  const gaps: HealthReport['gaps'] = [];
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new UnreachableError(`no answer within ${(deadlineMs * 0.8) / 1000} s`, {
          hint: 'It hangs, or LARES_DEADLINE_MS is too short.',
        }),
      ),
    deadlineMs * 0.8,
  );
  const tooLate = new Promise<never>((_, reject) =>
    late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true }),
  );
  tooLate.catch(() => undefined);
  try {
    const report = await examine(async (what, ask) => {
      try {
        return await Promise.race([ask(), tooLate]);
      } catch (error) {
        gaps.push({ what, why: fullMessage(error) });
        return undefined;
      }
    }, late.signal);
    return { ...report, gaps };
  } finally {
    clearTimeout(timer);
  }
}
