import { GateError } from '../base/errors.ts';
import type { Plan } from './plan.ts';

/** Why the policy says no, in the words of what decided: a rule of LARES_PROTECT, the kill switch, or the level. */
export function refusal(
  plan: Pick<Plan, 'target'>,
  rule: string | undefined,
  killed: boolean,
): GateError {
  if (rule !== undefined)
    return new GateError(`Protected: ${plan.target} is covered by the rule ${rule}`, {
      hint: 'Nothing was done. Only the operator can change LARES_PROTECT.',
    });
  return new GateError(
    killed ? 'The kill switch is in place: no writes now' : 'This is not allowed here',
    { hint: 'Nothing was done. Only the operator can change that.' },
  );
}
