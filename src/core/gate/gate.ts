import { randomUUID } from 'node:crypto';
import { messageOf, type Failure } from '../base/errors.ts';
import { Trace } from '../base/trace.ts';
import type { CallContext } from '../tool.ts';
import type { WriteRequest } from './attempt.ts';
import { decideOn, planWrite, type Decided } from './decision.ts';
import { effectOf, type EffectResult } from './effect.ts';
import { describeFailure } from './failure.ts';
import type { Guard } from './guard.ts';
import type { Ending, Outcome } from './plan.ts';
import { previewOutcome } from './preview.ts';
import { recordEnd, recordRefusal, recordStart } from './records.ts';

export type { NothingToDo, Outcome, Plan, Undo } from './plan.ts';

/**
 * The only way to an effect: plan, decide, record the start, run, record the end.
 * It does exactly what was planned, on exactly the instances that answered. Throws what the tool throws, and a GateError for whatever is not let through.
 */
export async function commit(
  request: WriteRequest,
  context: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const id = randomUUID();
  const answering = new Map(context.instances);
  const planning: CallContext = {
    ...context,
    failed: (failure) => {
      answering.delete(failure.instance);
      context.failed(failure);
    },
  };
  try {
    const begun = await begin(request, id, planning, guard);
    if ('outcome' in begun) return begun;
    return await carryOut(request, begun, { ...context, instances: answering }, guard);
  } finally {
    guard.running.end(id);
  }
}

/** Everything before the effect. Whoever is not let through is recorded. */
async function begin(
  request: WriteRequest,
  id: string,
  context: CallContext,
  guard: Guard,
): Promise<Outcome | Decided> {
  try {
    const plan = await planWrite(request, context, guard);
    if ('already' in plan) return { outcome: 'already', ...plan };
    const decided = await decideOn(plan, request, id, guard);
    if (decided.decision !== 'go') return await previewOutcome(decided, request.args, guard);
    await recordStart(decided, context.signal, guard);
    return decided;
  } catch (error) {
    await recordRefusal(request, error, guard, id);
    throw error;
  }
}

/** From here on a cancelled call changes nothing any more: the effect runs to its own end, and the journal has the truth. */
async function carryOut(
  { tool }: WriteRequest,
  decided: Decided,
  context: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const { plan, attempt } = decided;
  const trace = new Trace();
  const failures: Failure[] = [];
  const acting: CallContext = {
    ...context,
    trace,
    signal: new AbortController().signal,
    failed: (failure) => {
      failures.push(failure);
      context.failed(failure);
    },
  };
  let result: EffectResult;
  try {
    result = await effectOf(tool)(plan.change, acting);
  } catch (error) {
    const event = trace.leavesOpen(error) ? 'unknown' : 'failed';
    const recorded = await recordEnd(event, attempt, messageOf(error).message, guard);
    throw describeFailure(error, trace, plan, recorded);
  }
  return finish(result, failures, trace, decided, guard);
}

/** Records the end of an effect that returned, in the word that the answer uses too. */
async function finish(
  { outcome: reported, result, text }: EffectResult,
  failures: readonly Failure[],
  trace: Trace,
  { plan: { labels: _, ...plan }, attempt, confirmation: { approval } }: Decided,
  guard: Guard,
): Promise<Outcome> {
  const outcome = endingOf(reported, failures, trace);
  const reason = failures
    .map(({ instance, error }) => `${instance}: ${messageOf(error).message}`)
    .join('; ');
  const event = outcome === 'done' ? 'finished' : outcome;
  const recorded = await recordEnd(event, attempt, reason, guard);
  const unrecorded = recorded
    ? []
    : ['This happened, but its end could not be written to the journal.'];
  return {
    risk: attempt.risk,
    ...plan,
    warnings: [...(plan.warnings ?? []), ...unrecorded],
    ...(approval && { approvedBy: approval.by }),
    result,
    text,
    outcome,
  };
}

/** Where one instance got a change and never answered, the outcome is unknown, whatever the others did; where one failed, the whole is not done. */
function endingOf(reported: Ending, failures: readonly Failure[], trace: Trace): Ending {
  if (failures.some(({ error }) => trace.isUnanswered(error))) return 'unknown';
  return failures.length > 0 && reported === 'done' ? 'unfinished' : reported;
}
