import { setMaxListeners } from 'node:events';

/** Identical reads in flight are one request. It is abandoned only when everyone who waits for it has cancelled. */
export class SingleFlight {
  readonly #flights = new Map<
    string,
    { answer: Promise<unknown>; waiting: number; abort: AbortController }
  >();

  run<T>(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason);
    // One call may wait for any number of reads; Node takes more than ten listeners for a leak.
    setMaxListeners(0, signal);
    const flight = this.#flights.get(key) ?? this.#depart(key, start);
    flight.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        if (--flight.waiting > 0) return;
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.abort.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      (flight.answer as Promise<T>)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #depart(key: string, start: (signal: AbortSignal) => Promise<unknown>) {
    const abort = new AbortController();
    const answer = start(abort.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    answer.catch(() => undefined);
    const flight = { answer, waiting: 0, abort };
    this.#flights.set(key, flight);
    return flight;
  }
}
