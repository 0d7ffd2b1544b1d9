import { sleep } from './abortable.ts';
import { UnreachableError, UpstreamError } from './errors.ts';

/** A service that restarts is back by then, as a rule. */
const restartMs = 2_000;

/**
 * Asks once more, a while later, when the other side refused or cut the connection: a restart of seconds is no outage. Throws what the second attempt throws;
 * where `signal` leaves no time for one, what the first one threw. What was silent, or answered, is not asked again.
 */
export async function retryOnce<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  afterMs: number = restartMs,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isCutOff(error)) throw error;
    const isOver = await sleep(afterMs, signal).then(
      () => false,
      () => true,
    );
    if (isOver) throw error;
    return ask();
  }
}

const isCutOff = (error: unknown): boolean =>
  error instanceof UnreachableError
    ? !error.timedOut
    : error instanceof UpstreamError && (error.silent || error.status === 503);
