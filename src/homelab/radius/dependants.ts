import { fullMessage, UnreachableError } from '../../core/base/errors.ts';
import { raceAbort } from '../../core/base/abortable.ts';
import type { Call } from '../../core/http/index.ts';
import type { Ref } from '../../core/map.ts';
import type { Runtime } from '../../core/runtime.ts';
import { fresh, lookOf, lookWithAddresses, type Look } from '../look.ts';
import { ownMachine, type OwnMachine } from './own-machine.ts';
import { radiusText } from './radius-text.ts';
import { unseenText } from './unseen.ts';

/**
 * What stands on these things, in at most two lines: what depends on them, and what was not looked at.
 * Goes by the map of what this runtime shows, and takes no longer than its deadline. Rejects only when the call was cancelled.
 */
export async function dependantsOf(
  runtime: Runtime,
  about: readonly Ref[],
  { signal }: Pick<Call, 'signal'>,
  own: OwnMachine = ownMachine(),
): Promise<string[]> {
  const { deadlineMs } = runtime.globals;
  try {
    const look = await lookWithin(deadlineMs, runtime, signal);
    const lines = [radiusText(about, look, runtime, own), unseenText(look, runtime)];
    return lines.filter((line) => line !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    return [`What depends on it was not looked at: ${runtime.redact(fullMessage(error))}`];
  }
}

/** With the addresses of guests, if they are told in time; what is looked at goes on being looked at for whoever asks next. */
async function lookWithin(
  deadlineMs: number,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Look> {
  // A look is dated by its beginning: one that took its whole time is still the last one.
  const maxAgeMs = deadlineMs + fresh;
  // Begun before its time is measured, so that it can tell who was silent when that is over.
  const looking = lookOf(runtime, maxAgeMs);
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(new UnreachableError(`no map within ${deadlineMs / 1000} s`, { timedOut: true })),
    deadlineMs,
  );
  const over = AbortSignal.any([signal, late.signal]);
  try {
    const look = await raceAbort(over, looking);
    const whole = raceAbort(over, lookWithAddresses(runtime, maxAgeMs));
    return await whole.catch(() => look);
  } finally {
    clearTimeout(timer);
  }
}
