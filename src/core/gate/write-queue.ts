import { sleep } from '../base/abortable.ts';
import { GateError, messageOf } from '../base/errors.ts';
import { minute } from '../base/units.ts';
import type { HeldLocks, Release } from '../state/held-locks.ts';

/** Who waits: it can be cancelled, and hears why it waits. */
interface Waiting {
  readonly signal: AbortSignal;
  progress(message: string): void;
  /** Why it is of no use to wait on, looked for now and then. */
  objection?(): GateError | undefined;
}

/** A place in the queue that has come up. */
export interface Turn {
  leave(): Promise<void>;
}

/** How long a write waits for the one before it. */
const usualPatienceMs = 2 * minute;
const pollMs = 25;
const pollsPerLook = 10;

/** One write at a time on one instance, whichever process carries it out: two changes of one list, or two restarts of a pair, come after one another. */
export class WriteQueue {
  readonly #locks: HeldLocks;
  readonly #patienceMs: number;
  /** Who waits in this process, first come first. */
  readonly #lines = new Map<string, symbol[]>();

  constructor(locks: HeldLocks, patienceMs: number = usualPatienceMs) {
    this.#locks = locks;
    this.#patienceMs = patienceMs;
  }

  /** Waits until nobody else writes in any of `places`. Throws a GateError after too long a wait or where it cannot be known, and the reason of the signal when the call is cancelled; nothing is held then. */
  async enter(places: readonly string[], call: Waiting): Promise<Turn> {
    const end = performance.now() + this.#patienceMs;
    const held: Release[] = [];
    const leave = async (): Promise<void> => {
      await Promise.allSettled(held.map((release) => release()));
    };
    try {
      // Everybody takes them in one order, so that no two wait for each other.
      for (const place of [...places].sort()) held.push(await this.#enterOne(place, end, call));
    } catch (error) {
      await leave();
      throw error;
    }
    return { leave };
  }

  async #enterOne(place: string, end: number, call: Waiting): Promise<Release> {
    const ticket = Symbol(place);
    const line = this.#lines.get(place) ?? [];
    this.#lines.set(place, line);
    line.push(ticket);
    try {
      for (let waits = 0; ; waits++) {
        call.signal.throwIfAborted();
        const release = line[0] === ticket ? await this.#take(place) : undefined;
        if (release) return release;
        const objection = waits % pollsPerLook === 0 ? call.objection?.() : undefined;
        if (objection) throw objection;
        if (performance.now() >= end) throw tooLong(place, this.#patienceMs);
        if (waits === 1)
          call.progress(`Another write is being carried out on ${place}: waiting for it`);
        await sleep(pollMs, call.signal);
      }
    } finally {
      line.splice(line.indexOf(ticket), 1);
      if (line.length === 0) this.#lines.delete(place);
    }
  }

  async #take(place: string): Promise<Release | undefined> {
    try {
      return await this.#locks.tryTake(place.replace(/[^a-z0-9]+/gi, '.'));
    } catch (cause) {
      throw new GateError(
        `Beside the journal the lock of ${place} cannot be written: ${messageOf(cause).message}`,
        {
          cause,
          hint: 'Without it two writes could meet: nothing was done. Free the disk, mend the permissions, or set LARES_STATE_DIR.',
        },
      );
    }
  }
}

const tooLong = (place: string, patienceMs: number): GateError =>
  new GateError(
    `Another write has been carried out on ${place} for more than ${Math.round(patienceMs / 1000)} s`,
    {
      hint: 'Nothing was done. `lares audit` shows which one it is; propose this again when that has ended.',
    },
  );
