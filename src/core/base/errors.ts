import { withOwnCommands } from './own-command.ts';

/** What every error of Lares carries: what failed (`message`) and what to try (`hint`). Rendered in one place: `call.ts`. */
export abstract class LaresError extends Error {
  readonly hint: string;
  constructor(message: string, { hint = '', cause }: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.hint = withOwnCommands(hint);
  }
}

/** The caller asked for something that does not exist or does not make sense. */
export class InputError extends LaresError {}

/** The operator's configuration is incomplete or wrong. */
export class ConfigError extends LaresError {}

/** Nothing came back: refused, timed out, cut off, or the certificate is not the expected one. */
export class UnreachableError extends LaresError {
  /** The request may have arrived all the same: the outcome of a write is then unknown. */
  readonly sent: boolean;
  /** Lares stopped waiting. How long it waits is its own choice, so this is no verdict about the other side. */
  readonly timedOut: boolean;
  constructor(
    message: string,
    {
      sent = false,
      timedOut = false,
      ...rest
    }: { hint?: string; cause?: unknown; sent?: boolean; timedOut?: boolean } = {},
  ) {
    super(message, rest);
    this.sent = sent;
    this.timedOut = timedOut;
  }
}

/** The upstream answered, and the answer was no. `status` is its HTTP status. */
export class UpstreamError extends LaresError {
  readonly status: number;
  /** Somebody on the way gave up waiting (a gateway's 502 or 504, or what the service's own proxy says): it says nothing about what is behind. The outcome of a write is then unknown. */
  readonly silent: boolean;
  readonly #refused: boolean;
  /** It was not the service that answered but something before it: a redirect, a web page, a gateway, a login. Its refusal is no word about Lares' credentials, and none about the service. */
  readonly front: boolean;
  constructor(
    message: string,
    status: number,
    {
      silent = status === 502 || status === 504,
      front = false,
      denied = status === 401 || status === 403,
      ...rest
    }: {
      hint?: string;
      cause?: unknown;
      silent?: boolean;
      front?: boolean;
      denied?: boolean;
    } = {},
  ) {
    super(message, rest);
    this.status = status;
    this.silent = silent;
    this.front = front;
    this.#refused = denied;
  }
  /** The service itself refused the credentials, or they lack a privilege. */
  get denied(): boolean {
    return !this.front && this.#refused;
  }
}

/** The upstream answered something Lares does not understand. Never read as zero. */
export class ShapeError extends LaresError {}

/** A write was not let through. Nothing was sent. */
export class GateError extends LaresError {}

/** One instance of a service that did not answer, and why. */
export interface Failure {
  instance: string;
  error: unknown;
}

/** Whether the service itself was not heard: nothing came back, or something before it answered in its place. */
export const isUnheard = (error: unknown): error is UnreachableError | UpstreamError =>
  error instanceof UnreachableError || (error instanceof UpstreamError && error.front);

/** An answer that others can do without: undefined where only this question failed. A refused sign-in, and what was not heard, is thrown: it answers every question. */
export async function dispensable<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UpstreamError && !error.front && error.status !== 401) return undefined;
    throw error;
  }
}

/** What became of a change whose request failed with this: it may have been done where it was sent and nobody answered. */
export function outcomeOfFailure(error: unknown): 'failed' | 'unknown' {
  if (error instanceof UnreachableError) return error.sent ? 'unknown' : 'failed';
  return error instanceof UpstreamError && error.silent ? 'unknown' : 'failed';
}

/** What an instance did instead of answering: silence, refusal and nonsense are different words. */
export function failureVerb(
  error: unknown,
):
  | 'did not answer'
  | 'did not answer itself'
  | 'refused to answer'
  | 'did not answer as it should' {
  if (error instanceof UpstreamError && error.front) return 'did not answer itself';
  if (error instanceof UpstreamError && error.denied) return 'refused to answer';
  return error instanceof UpstreamError || error instanceof ShapeError
    ? 'did not answer as it should'
    : 'did not answer';
}

/** The words for an error of any origin; a class name is never shown to a person. */
export function messageOf(error: unknown): { message: string; hint: string } {
  if (error instanceof LaresError) return { message: error.message, hint: error.hint };
  if (error instanceof DOMException && error.name === 'AbortError')
    return { message: 'Cancelled.', hint: '' };
  if (error instanceof Error) return { message: error.message, hint: '' };
  return { message: String(error), hint: '' };
}

/** What failed and what to try, as sentences: `Authentication failed! Check …`. */
export function fullMessage(error: unknown): string {
  const { message, hint } = messageOf(error);
  return hint ? `${message}${/[.!?…]$/.test(message) ? '' : '.'} ${hint}` : message;
}

/** One word for the metrics; names of classes do not survive the build. */
export function kindOf(error: unknown): string {
  if (error instanceof GateError) return 'refused';
  if (error instanceof InputError) return 'bad-input';
  if (error instanceof ConfigError) return 'not-configured';
  if (error instanceof UnreachableError) return error.sent ? 'unknown' : 'unreachable';
  if (error instanceof UpstreamError && error.front) return 'unreachable';
  if (error instanceof UpstreamError) return error.denied ? 'denied' : 'upstream-error';
  return error instanceof ShapeError ? 'not-understood' : 'error';
}
