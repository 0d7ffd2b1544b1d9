/** Calls that a runtime is answering: it is not closed under them, neither by a reload nor at the end. */
export class InFlightCalls {
  readonly #calls = new Set<Promise<unknown>>();

  get size(): number {
    return this.#calls.size;
  }

  /** Counts `work` until it settles, and gives it back. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#calls.add(work);
    const gone = (): void => {
      this.#calls.delete(work);
    };
    work.then(gone, gone);
    return work;
  }

  /** Resolves when nothing is under way any more, also not what began meanwhile. */
  async drained(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
  }
}
