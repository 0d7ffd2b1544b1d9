import { UnreachableError, type Failure } from '../core/base/errors.ts';
import type { Lag } from '../core/base/lag.ts';
import type { HealthReport } from '../core/health.ts';

/** Of a deadline: for so much of it Lares may have no turn before a silence may be its own. */
const starvedShare = 0.25;
/** Less than that is no overload, however short the deadline. */
const leastMs = 500;

/** Whether Lares had too little time of its own to say of anybody that they did not answer in time. */
export const isStarved = (lag: Lag, deadlineMs: number): boolean =>
  lag.ms() > Math.max(leastMs, deadlineMs * starvedShare);

export const busyText = (deadlineMs: number): string =>
  `Lares itself was busy and could not listen for much of ${deadlineMs / 1000} s, so nothing is said of it. Is this machine overloaded?`;

/** Whether an error is only that nobody answered in time. */
export const isLate = (error: unknown): boolean =>
  error instanceof UnreachableError && error.timedOut;

/** A check-up in which nobody is said to hang: Lares had no turn to hear who answered. */
export function blamingOurselves(
  checkup: HealthReport,
  failures: readonly Failure[],
  busy: string,
): HealthReport {
  return {
    ...checkup,
    gaps: [
      ...checkup.gaps.map((gap) => (gap.late ? { ...gap, why: busy } : gap)),
      ...failures
        .filter(({ error }) => isLate(error))
        .map(({ instance }) => ({ what: `instance ${instance}`, why: busy })),
    ],
  };
}
