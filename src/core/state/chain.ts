import { createHmac } from 'node:crypto';
import { parseJson, type JsonObject } from '../base/json.ts';
import { entryOf, type Entry } from './journal-entry.ts';

/** How far a chain goes: the number and the mac of its last line. */
export interface Head {
  seq: number;
  mac: string;
}

/** Before the first line. */
export const genesis: Head = { seq: 0, mac: '0'.repeat(64) };

const changed = 'was changed, or not written with this key';

/** The signatures of a journal, with nothing of its files: each line is signed together with the signature of the line before it. */
export class Chain {
  readonly #key: () => Buffer;

  constructor(key: () => Buffer) {
    this.#key = key;
  }

  /** `body` as the line after `last`, with its end of line. A place in the chain that a body claims for itself is taken out. */
  lineAfter(last: Head, body: JsonObject): { line: string; head: Head } {
    const { seq: _, prev: __, mac: ___, ...rest } = body;
    const seq = last.seq + 1;
    const entry = { seq, ...rest };
    const mac = this.#mac(last.mac, entry);
    return {
      line: `${JSON.stringify({ ...entry, prev: last.mac, mac })}\n`,
      head: { seq, mac },
    };
  }

  isGenuine(entry: Entry): boolean {
    return this.#mac(entry.prev, withoutChain(entry)) === entry.mac;
  }

  /** The entry that a line holds, or why it is not the one after `before`. */
  follow(text: string, before: Entry | undefined): Entry | string {
    const entry = entryOf(text);
    if (entry === undefined) return 'is not whole';
    // What reads the same but is spelled otherwise (a key twice, a space) is not what was signed.
    if (JSON.stringify(entry) !== text) return changed;
    const last = before ?? genesis;
    if (entry.prev !== last.mac || entry.seq !== last.seq + 1)
      return 'does not follow the line before it: lines were removed, moved or added';
    return this.isGenuine(entry) ? entry : changed;
  }

  /** A head as it stands in its file; `seal` says that Lares wrote it. */
  sealed({ seq, mac }: Head): string {
    return JSON.stringify({ seq, mac, seal: this.#mac('head', { seq, mac }) });
  }

  /** The head that a file holds; undefined when it was not written with this key. */
  unsealed(text: string): Head | undefined {
    const { seq, mac, seal } = (parseJson(text) ?? {}) as Partial<Head> & { seal?: string };
    return seq !== undefined && mac !== undefined && seal === this.#mac('head', { seq, mac })
      ? { seq, mac }
      : undefined;
  }

  #mac(prev: string, body: JsonObject): string {
    return createHmac('sha256', this.#key())
      .update(prev)
      .update(JSON.stringify(body))
      .digest('hex');
  }
}

const withoutChain = ({ prev: _, mac: __, ...body }: Entry): JsonObject => body;

/** Whether the last line is the one the head names, or the one after it, whose process died before it moved the head. */
export const isAt = (head: Head, last: Pick<Entry, 'seq' | 'mac' | 'prev'>): boolean =>
  last.seq === head.seq
    ? last.mac === head.mac
    : last.seq === head.seq + 1 && last.prev === head.mac;
