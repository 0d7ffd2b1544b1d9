/** The writes that one process is carrying out, each with its attempt: the same one is not begun a second time meanwhile. Handed on when the configuration is read again. */
export class RunningWrites {
  /** Attempt by what is done: tool and digest of the plan. */
  readonly #attempts = new Map<string, string>();

  /** False when the same is being done already. */
  begin(what: string, attempt: string): boolean {
    if (this.#attempts.has(what)) return false;
    this.#attempts.set(what, attempt);
    return true;
  }

  /** Whether this attempt is being carried out here and now. */
  has(attempt: string): boolean {
    return [...this.#attempts.values()].includes(attempt);
  }

  /** Of an attempt that did not begin, nothing is left to end. */
  end(attempt: string): void {
    for (const [what, running] of this.#attempts)
      if (running === attempt) this.#attempts.delete(what);
  }
}
