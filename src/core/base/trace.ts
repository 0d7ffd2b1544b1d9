import { GateError, ShapeError, UnreachableError, UpstreamError } from './errors.ts';

/** What is known of the requests of one write: the difference between "it failed" and "nobody knows". */
export class Trace {
  #arrived = false;
  #accepted = false;
  #silent = false;
  readonly #instances = new Map<string, Trace>();
  readonly #heard = new WeakSet<object>();

  /** What is known of the requests to one instance: what another one said closes no question of this one. */
  of(instance: string): Trace {
    const own = this.#instances.get(instance) ?? new Trace();
    this.#instances.set(instance, own);
    return own;
  }

  /** A request that changes something. */
  async wrote<T>(request: Promise<T>): Promise<T> {
    try {
      const answer = await request;
      this.#accepted = true;
      return answer;
    } catch (error) {
      if (!isUnsent(error)) this.#arrived = true;
      // An answer that is too large to read was given to a request that was carried out.
      if (error instanceof ShapeError) this.#accepted = true;
      if (isSilence(error)) this.#silent = true;
      throw this.#remember(error);
    }
  }

  /** A question on the way. */
  read<T>(request: Promise<T>): Promise<T> {
    return request.catch((error: unknown) => {
      throw this.#remember(error);
    });
  }

  /** Nothing that changes anything has left. */
  get untouched(): boolean {
    const instances = [...this.#instances.values()];
    return !this.#accepted && !this.#arrived && instances.every(({ untouched }) => untouched);
  }

  /** After something was accepted, only a verdict of the service itself (its task failed) closes the question; a request that failed on the way does not. */
  leavesOpen(error: unknown): boolean {
    for (const own of this.#instances.values()) if (own.leavesOpen(error)) return true;
    if (this.untouched) return false;
    if (this.#silent || (error instanceof UnreachableError && error.sent)) return true;
    return (
      this.#accepted && !(error instanceof UpstreamError && !error.front && !this.#heard.has(error))
    );
  }

  #remember(error: unknown): unknown {
    if (typeof error === 'object' && error !== null) this.#heard.add(error);
    return error;
  }
}

/** Whether an error was there before anything left. */
const isUnsent = (error: unknown): boolean =>
  error instanceof GateError || (error instanceof UnreachableError && !error.sent);

/** Whether an error leaves open what became of the request. */
const isSilence = (error: unknown): error is Error =>
  (error instanceof UnreachableError && error.sent) ||
  (error instanceof UpstreamError && error.silent);
