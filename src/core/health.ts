import { UnreachableError } from './base/errors.ts';
import type { JsonObject } from './base/json.ts';
import type { Kind } from './inventory.ts';
import type { Effect, Ref, Thing } from './map.ts';
import type { OwnComparisons } from './drift.ts';
import { gapAfter, isWithout, type Check, type Gap } from './gap.ts';

export type { Check } from './gap.ts';

/** `critical`: something is broken; `warning`: it will be, or is half; `info`: worth knowing, and no trouble. */
export type Severity = 'critical' | 'warning' | 'info';

/** Something an operator should know, computed here so that no model has to read a chart. */
export interface Finding {
  /** Stable: `service.kind/subject`. What `LARES_MUTE` matches. */
  id: string;
  severity: Severity;
  subject: string;
  /** The things of the map that it is about, the one it says most of first. */
  about: readonly Ref[];
  /** What it does to them. */
  effect: Effect;
  /**
   * What kind of trouble it is, in a word that services share (`memory`, `space`, `backup`, `snapshot`): two findings of one meaning on one
   * thing are one trouble. `backup/no-job` is a special kind of `backup`: why it fails, never because of it. `silent`: the thing says nothing at all.
   */
  meaning?: string | undefined;
  /** On purpose, and over by itself in a while: what follows from it is information, and it is told only where something does. */
  isPassing?: true | undefined;
  /** One sentence with unit and direction. */
  message: string;
  /** ISO 8601. */
  since?: string | undefined;
  evidence?: string | undefined;
  /** What it misses something for, in words that services share: where whoever knows all of that kind knows none of these, they are gone, and it is information. */
  misses?: { kind: Kind; ids: readonly string[] } | undefined;
  /** The call that digs deeper. */
  next?: { tool: string; arguments: JsonObject } | undefined;
}

/** What one service says of itself. */
export interface Report {
  version?: string | undefined;
  /** Its share of the line a person reads aloud: `nodes 4/4, guests 38 of 47 running`. Made of what was read: see `unlessUnread`. */
  headline?: string | undefined;
  /** A fact that is undefined was not read, and is said to be that. */
  facts: Readonly<Record<string, string | number | undefined>>;
  findings: readonly Finding[];
  /** Its part of the map, made of what this check-up read anyway. */
  things?: readonly Thing[] | undefined;
  /** What it compared within itself, made of the same. */
  drift?: OwnComparisons | undefined;
  /** What else was not looked at. A bound that ended the look is one, with `extra` or without. */
  gaps?: readonly ReportedGap[] | undefined;
  /** Its credentials show it nothing at all (0 of 0): with a gap that is `denied` and says so. Nothing is known of it then. */
  blind?: boolean | undefined;
  /** A bound ended the look for findings, so there may be more of them: they are counted as `at least`. */
  bounded?: boolean | undefined;
}

/** A gap of a report. `extra`: the verdict does not need it. */
export interface ReportedGap extends Gap {
  extra?: true | undefined;
  /** No answer came in time: whether that is the fault of who was asked, nobody knows yet. */
  late?: true | undefined;
}

/** A report, and what it could not look at. */
export interface HealthReport extends Report {
  gaps: ReportedGap[];
  /** Nothing that a verdict needs was permitted. */
  denied: boolean;
}

/** A part of a headline or a fact, of what may not have been read: `backups not read` then, never none and never zero. */
export const unlessUnread = <T>(
  name: string,
  value: T | undefined,
  say: (value: T) => string,
): string => (value === undefined ? `${name} not read` : say(value));

/** Runs one service's check-up; what is still silent at four fifths of the deadline (a part, an instance) is given up, so that the rest is told in time. */
export async function inspect(
  examine: (check: Check, late: AbortSignal) => Promise<Report>,
  deadlineMs: number,
  without?: ReadonlySet<string>,
): Promise<HealthReport> {
  const gaps: ReportedGap[] = [];
  let required = 0;
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new UnreachableError(`no answer within ${(deadlineMs * 0.8) / 1000} s`, {
          timedOut: true,
          hint: 'It hangs, or LARES_DEADLINE_MS is too short.',
        }),
      ),
    deadlineMs * 0.8,
  );
  const tooLate = new Promise<never>((_, reject) =>
    late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true }),
  );
  tooLate.catch(() => undefined);
  const check: Check = async (what, ask, { part, extra = false } = {}) => {
    if (isWithout(without, part)) return undefined;
    if (!extra) required++;
    try {
      return await Promise.race([ask(), tooLate]);
    } catch (error) {
      const late = error instanceof UnreachableError && error.timedOut;
      gaps.push({ ...gapAfter(what, error), ...(extra && { extra }), ...(late && { late }) });
      return undefined;
    }
  };
  try {
    const report = await examine(check, late.signal);
    const refused = gaps.filter(({ denied, extra }) => denied && !extra).length;
    return {
      ...report,
      gaps: [...gaps, ...(report.gaps ?? [])],
      denied: report.blind === true || (required > 0 && refused === required),
    };
  } finally {
    clearTimeout(timer);
  }
}
