import { setMaxListeners } from 'node:events';

/** One request that any number of callers wait for. */
export interface Flight {
  /** Ends the request: everyone who waited has cancelled. */
  readonly signal: AbortSignal;
  /** Whether more than one caller has waited for it so far. */
  readonly shared: boolean;
}

/** How a request is started: once, whoever else asks the same meanwhile. */
export type Start<T> = (flight: Flight) => Promise<T>;

/** Identical reads in flight are one request. It is abandoned only when everyone who waits for it has cancelled. */
export class SingleFlight {
  readonly #flights = new Map<string, SharedRequest>();

  /** The answer to `key`: that of a request in flight, or of one that is started now. Rejects with the reason of `signal` when this caller cancels, and with what the request rejects with. */
  run<T>(key: string, signal: AbortSignal, start: Start<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason);
    // One call may wait for any number of reads; Node takes more than ten listeners for a leak.
    setMaxListeners(0, signal);
    const request = this.#flights.get(key) ?? this.#depart(key, start);
    request.join();
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        if (request.leave(signal.reason)) this.#land(key, request);
      };
      signal.addEventListener('abort', leave, { once: true });
      (request.answer as Promise<T>)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #depart(key: string, start: Start<unknown>): SharedRequest {
    const request = new SharedRequest(start);
    const land = (): void => this.#land(key, request);
    request.answer.then(land, land);
    this.#flights.set(key, request);
    return request;
  }

  #land(key: string, request: SharedRequest): void {
    if (this.#flights.get(key) === request) this.#flights.delete(key);
  }
}

class SharedRequest implements Flight {
  readonly answer: Promise<unknown>;
  readonly #abort = new AbortController();
  #waiting = 0;
  #joined = 0;

  constructor(start: Start<unknown>) {
    this.answer = start(this);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get shared(): boolean {
    return this.#joined > 1;
  }

  join(): void {
    this.#waiting++;
    this.#joined++;
  }

  /** True when nobody waits any more: the request is abandoned then. */
  leave(reason: unknown): boolean {
    if (--this.#waiting > 0) return false;
    this.#abort.abort(reason);
    return true;
  }
}
