import { messageOf, UnreachableError } from '../base/errors.ts';
import type { Trace } from '../base/trace.ts';
import type { Plan } from './plan.ts';

/** The error of a write that was begun, with what is known about it: whether it was done is unknown, nothing was sent, or as it stands. */
export function describeFailure(
  error: unknown,
  trace: Trace,
  { summary, target }: Pick<Plan, 'summary' | 'target'>,
  recorded: boolean,
): unknown {
  const { message, hint } = messageOf(error);
  const unrecorded = recorded ? '' : ' Its end could not be written to the journal.';
  if (trace.leavesOpen(error))
    return new UnreachableError(`Whether this was done is unknown: ${summary}. ${message}`, {
      cause: error,
      sent: true,
      hint: `Look at ${target} before trying again. ${hint}${unrecorded}`.trim(),
    });
  if (trace.untouched && error instanceof UnreachableError)
    return new UnreachableError(`Nothing was sent: ${summary}. ${message}`, {
      cause: error,
      hint: `${hint}${unrecorded}`.trim(),
    });
  return error;
}
