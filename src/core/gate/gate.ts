import { randomUUID } from 'node:crypto';
import { messageOf, type Failure, type GateError } from '../base/errors.ts';
import { Trace } from '../base/trace.ts';
import type { CallContext } from '../tool.ts';
import type { WriteRequest } from './attempt.ts';
import { decideOn, planWrite, type Decided } from './decision.ts';
import { refuseSpent, seeksEffect } from './confirmation.ts';
import { effectOf, type EffectResult } from './effect.ts';
import { describeFailure } from './failure.ts';
import type { Guard } from './guard.ts';
import type { Ending, Outcome } from './plan.ts';
import { previewOutcome } from './preview.ts';
import { recordEnd, recordRefusal, recordStart } from './records.ts';
import { alreadyRunning, requestDigest, runningRefusal } from './repetition.ts';

export type { NothingToDo, Outcome, Plan, Undo } from './plan.ts';

/**
 * The only way to an effect: plan, decide, record the start, run, record the end.
 * It does exactly what was planned, on exactly the instances that answered, and nobody else writes there meanwhile: the plan that is carried out is made after those before it have ended.
 * A preview and a write that waits for a person hold nothing. Throws what the tool throws, and a GateError for whatever is not let through.
 */
export async function commit(
  request: WriteRequest,
  context: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const id = randomUUID();
  try {
    const shown = await show(request, id, context, guard);
    return shown ?? (await carryOutInTurn(request, id, context, guard));
  } finally {
    guard.running.end(id);
  }
}

/** The answer to a call that has no effect; undefined where it is meant to have one, which is then decided in its turn. */
function show(
  request: WriteRequest,
  id: string,
  context: CallContext,
  guard: Guard,
): Promise<Outcome | undefined> {
  return recordingRefusal(request, id, guard, async () => {
    if (await seeksEffect(request.confirm, guard)) return undefined;
    const plan = await planWrite(request, context, guard);
    if ('already' in plan) return { outcome: 'already', ...plan };
    const decided = await decideOn(plan, request, id, guard);
    return decided.decision === 'go' ? undefined : previewOutcome(decided, request.args, guard);
  });
}

async function carryOutInTurn(
  request: WriteRequest,
  id: string,
  context: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const turn = await recordingRefusal(request, id, guard, async () => {
    const digest = requestDigest(request.tool.name, request.args);
    if (!guard.running.begin(digest, id)) throw alreadyRunning({ summary: request.tool.name });
    const objection = (): GateError | undefined =>
      runningRefusal(guard.journal.recent(), digest, guard);
    return guard.queue.enter(request.places ?? [], { ...context, objection });
  });
  try {
    const answering = new Map(context.instances);
    const failed = (failure: Failure): void => {
      answering.delete(failure.instance);
      context.failed(failure);
    };
    const begun = await recordingRefusal(request, id, guard, () =>
      begin(request, id, { ...context, failed }, guard),
    );
    if ('outcome' in begun) return begun;
    return await carryOut(request, begun, { ...context, instances: answering }, guard);
  } finally {
    await turn.leave();
  }
}

/** Everything before the effect, as the last look at the state decides it. */
async function begin(
  request: WriteRequest,
  id: string,
  context: CallContext,
  guard: Guard,
): Promise<Outcome | Decided> {
  // Before the plan: what the code did already may leave nothing to do, and that is no answer to its second use.
  await refuseSpent(request.confirm, guard);
  const plan = await planWrite(request, context, guard);
  if ('already' in plan) return { outcome: 'already', ...plan };
  const decided = await decideOn(plan, request, id, guard);
  if (decided.decision !== 'go') return previewOutcome(decided, request.args, guard);
  await recordStart(decided, request, context.signal, guard);
  return decided;
}

/** Whoever is not let through is recorded. */
async function recordingRefusal<T>(
  request: WriteRequest,
  id: string,
  guard: Guard,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
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
  { plan: { labels: _, about: __, ...plan }, attempt, confirmation: { approval } }: Decided,
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

/** Where one instance got a change and never said how it ended, the outcome is unknown, whatever the others did; where one failed, the whole is not done. */
function endingOf(reported: Ending, failures: readonly Failure[], trace: Trace): Ending {
  if (failures.some(({ instance, error }) => trace.of(instance).leavesOpen(error)))
    return 'unknown';
  return failures.length > 0 && reported === 'done' ? 'unfinished' : reported;
}
