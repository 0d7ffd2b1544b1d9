import type { Json, JsonObject } from '../core/base/json.ts';

/** Answers to several requests that came in one line and are answered in one line. */
export class Batches {
  readonly #open: { waiting: Set<Json>; answers: JsonObject[] }[] = [];

  /** These ids are answered together. */
  open(ids: readonly Json[]): void {
    if (ids.length > 0) this.#open.push({ waiting: new Set(ids), answers: [] });
  }

  /** Keeps an answer that belongs to a batch: `held` until it is complete, then all of its answers. Undefined for any other message. */
  take(message: JsonObject): 'held' | readonly JsonObject[] | undefined {
    if ('method' in message) return undefined;
    const batch = this.#open.find(({ waiting }) => waiting.has(message['id'] ?? null));
    if (!batch) return undefined;
    batch.waiting.delete(message['id'] ?? null);
    batch.answers.push(message);
    if (batch.waiting.size > 0) return 'held';
    this.#open.splice(this.#open.indexOf(batch), 1);
    return batch.answers;
  }
}
