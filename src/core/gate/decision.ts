import { failureVerb, GateError, InputError, messageOf, type Failure } from '../base/errors.ts';
import { canonical, type JsonObject } from '../base/json.ts';
import type { CallContext } from '../tool.ts';
import type { Attempt, WriteRequest } from './attempt.ts';
import type { Sealed } from './code.ts';
import { verifyConfirmation, type Confirmation } from './confirmation.ts';
import type { Guard } from './guard.ts';
import { digestOf, type NothingToDo, type Plan } from './plan.ts';
import { decide, type Decision } from './policy.ts';
import { matchingRule } from './protect.ts';
import { refusal } from './refusal.ts';

/** A plan, what came with the call, and what the policy says to both. */
export interface Decided {
  plan: Plan;
  attempt: Attempt;
  confirmation: Confirmation;
  /** What a code for this plan stands for. */
  sealed: Sealed;
  decision: Exclude<Decision, 'refuse'>;
}

const maxArgumentBytes = 32 * 1024;

/**
 * What the tool would do. Throws a GateError where writes are off or an instance that could be meant did not answer,
 * an InputError for arguments nobody could read through, and what the tool's own plan throws.
 */
export async function planWrite(
  { tool, input, args, findsInstance = false }: WriteRequest,
  context: CallContext,
  { level, offBecause }: Guard,
): Promise<Plan | NothingToDo> {
  if (level === 'off')
    throw new GateError(`${tool.name} is not allowed here (writes: off)`, {
      hint: ['Nothing was done.', ...offBecause].join(' '),
    });
  if (!fits(args))
    throw new InputError(
      `The arguments are too large or too deep: a write takes at most ${maxArgumentBytes / 1024} KiB`,
      { hint: 'Nothing was done.' },
    );
  const failures: Failure[] = [];
  const failed = (failure: Failure): void => {
    failures.push(failure);
    context.failed(failure);
  };
  const plan = await tool.plan(input, { ...context, failed });
  const [silent] = failures;
  if (findsInstance && silent) throw unknownInstance(silent, context);
  return plan;
}

/** The same number or name may stand in the instance that is silent: what the others answered does not say which one is meant. */
function unknownInstance({ instance, error }: Failure, { instances }: CallContext): GateError {
  return new GateError(
    `Which instance is meant cannot be known: ${instance} ${failureVerb(error)} (${messageOf(error).message})`,
    {
      cause: error,
      hint: `Nothing was done. Say which one with instance: ${[...instances.keys()].join(', ')}.`,
    },
  );
}

/** Nobody can read more than this in a preview, and nesting has to end before the stack does. */
function fits(args: JsonObject): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(args)) <= maxArgumentBytes;
  } catch {
    return false;
  }
}

/** Verifies the confirmation and asks the policy. Throws a GateError or an InputError for a confirmation that does not fit, and a GateError where the policy refuses. */
export async function decideOn(
  plan: Plan,
  { tool, args, confirm }: WriteRequest,
  id: string,
  guard: Guard,
): Promise<Decided> {
  const { level, caller } = guard;
  const sealed = { tool: tool.name, args: canonical(args), digest: digestOf(plan), caller };
  const confirmation = await verifyConfirmation(confirm, sealed, { ...guard, now: guard.now() });
  const rule = matchingRule(plan.labels, guard.rules);
  const killed = guard.isKillSwitchOn();
  const decision = decide({ level, confirmation: confirmation.kind, protectedBy: rule, killed });
  if (decision === 'refuse') throw refusal(plan, rule, killed);
  const attempt: Attempt = {
    attempt: id,
    tool: tool.name,
    risk: tool.risk,
    target: plan.target,
    summary: plan.summary,
    digest: sealed.digest,
    level,
    caller,
  };
  return { plan, attempt, confirmation, sealed, decision };
}
