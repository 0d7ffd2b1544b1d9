/** Names one thing that a runtime may keep, and how it ends. The object is the key: make it once, in the module that owns the thing. */
export interface MemoKey<T> {
  readonly name: string;
  /** Called once, when the runtime is closed. */
  dispose?(value: T): void;
}

/** What lives exactly as long as one runtime and is made by whoever needs it first: a last verdict, a background look. */
export class Memo {
  readonly #values = new Map<MemoKey<never>, unknown>();
  readonly #children: Memo[] = [];

  /** What is kept under `key`, made now if nothing is. */
  get<T>(key: MemoKey<T>, make: () => NoInfer<T>): T {
    if (!this.#values.has(key)) this.#values.set(key, make());
    return this.#values.get(key) as T;
  }

  /** An empty one for a narrowed runtime, which must not see what the whole one has seen. It ends with this one. */
  child(): Memo {
    const child = new Memo();
    this.#children.push(child);
    return child;
  }

  /** Ends what is kept, here and in every child. */
  dispose(): void {
    for (const child of this.#children.splice(0)) child.dispose();
    const values = [...this.#values];
    this.#values.clear();
    for (const [key, value] of values) key.dispose?.(value as never);
  }
}
