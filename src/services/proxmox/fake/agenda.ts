interface Item {
  due: number;
  polls: number;
  run: () => void;
}

/** What is going to happen: after so much of the world's time, or after so many looks at it, whichever comes first. */
export class Agenda {
  #items: Item[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  after(polls: number, ms: number, run: () => void): Item {
    const item = { due: this.#now() + ms, polls, run };
    this.#items.push(item);
    return item;
  }

  cancel(item: Item): void {
    this.#items = this.#items.filter((other) => other !== item);
  }

  /** Runs what is due; `looked` says that someone watches, which counts as time. */
  settle(looked: boolean): void {
    if (looked) for (const item of this.#items) item.polls -= 1;
    const due = this.#items.filter((item) => item.polls <= 0 || item.due <= this.#now());
    this.#items = this.#items.filter((item) => !due.includes(item));
    for (const item of due) item.run();
  }
}

export type Scheduled = Item;
