import { createHash, randomUUID } from 'node:crypto';
import { normaliseCode } from '../base/code-spelling.ts';
import { GateError, messageOf } from '../base/errors.ts';
import type { Event } from '../state/journal.ts';
import type { Attempt, WriteRequest } from './attempt.ts';
import { alreadySpent } from './confirmation.ts';
import type { Decided } from './decision.ts';
import type { Guard } from './guard.ts';
import { refusal } from './refusal.ts';
import { alreadyRunning, repeatRefusal, requestDigest } from './repetition.ts';

/** Records that somebody tried and was not let through, if it can be recorded: nothing happened, so nothing depends on it. */
export async function recordRefusal(
  { tool, args }: Pick<WriteRequest, 'tool' | 'args'>,
  error: unknown,
  { journal, caller, level }: Guard,
  attempt: string = randomUUID(),
): Promise<void> {
  const reason = messageOf(error).message;
  await journal
    .append({ event: 'refused', attempt, tool: tool.name, caller, level, arguments: args, reason })
    .catch(() => undefined);
}

/**
 * Takes the code and records the start. The last objections are heard under the journal's lock, where no other process can begin the same in between.
 * Throws a GateError when something objects or the start cannot be recorded: nothing was done then.
 */
export async function recordStart(
  { plan, attempt, confirmation: { code, approval } }: Decided,
  { args, places = [] }: WriteRequest,
  signal: AbortSignal,
  guard: Guard,
): Promise<void> {
  signal.throwIfAborted();
  if (!guard.running.begin(`${attempt.tool} ${attempt.digest}`, attempt.attempt))
    throw alreadyRunning(plan);
  if (code !== undefined) await spendCode(code, guard);
  const seal = code === undefined ? undefined : sealOf(code);
  const started = {
    event: 'started' as const,
    ...attempt,
    change: plan.change,
    on: [...places],
    request: requestDigest(attempt.tool, args),
    ...(seal !== undefined && { seal }),
    ...(approval && { approvedBy: approval.by, how: approval.how }),
  };
  await guard.journal.append(started, (recent) => {
    if (guard.isKillSwitchOn()) return refusal(plan, undefined, true);
    if (signal.aborted)
      return new GateError('Cancelled before it began', { hint: 'Nothing was done.' });
    return repeatRefusal(recent, { ...attempt, seal }, guard);
  });
}

/** A code is taken before anything else happens: if what follows fails, it is gone, and nothing can happen twice. */
async function spendCode(code: string, { approvals, now, codeMs }: Guard): Promise<void> {
  let first: boolean;
  try {
    first = await approvals.spend(code, now() + codeMs);
  } catch (cause) {
    throw new GateError(`The code cannot be marked as used: ${messageOf(cause).message}`, {
      cause,
      hint: 'So it is not used: nothing was done.',
    });
  }
  if (!first) throw alreadySpent();
}

/** The code itself is not written down: whoever reads the journal could use it. */
const sealOf = (code: string): string =>
  createHash('sha256').update(normaliseCode(code)).digest('base64url').slice(0, 22);

/** Records how a write ended. False when that cannot be written: it has happened all the same, and the answer says so. */
export async function recordEnd(
  event: Extract<Event, 'finished' | 'unfinished' | 'failed' | 'unknown'>,
  attempt: Attempt,
  reason: string,
  { journal }: Guard,
): Promise<boolean> {
  try {
    await journal.append({ event, ...attempt, ...(reason && { reason }) });
    return true;
  } catch {
    return false;
  }
}
