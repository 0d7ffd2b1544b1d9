import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isObject, parseJson, type JsonObject } from '../base/json.ts';

/** What a line may tell: what was shown, asked, answered or refused; that a write began; how it ended; and what a person found where that was unknown. */
export const events = [
  'previewed',
  'waiting',
  'approved',
  'denied',
  'refused',
  'started',
  'finished',
  'unfinished',
  'failed',
  'unknown',
  'settled',
] as const;
/** One of them. */
export type Event = (typeof events)[number];

/** One line of the journal. `mac` covers the line and the mac before it, so an edited, removed or moved line breaks the chain. */
export interface Entry extends JsonObject {
  seq: number;
  /** ISO 8601. */
  at: string;
  event: Event;
  attempt: string;
  tool: string;
  prev: string;
  mac: string;
}

/** A line that could be one of ours; whether it is, its mac tells. */
export function entryOf(text: string): Entry | undefined {
  const entry = parseJson(text);
  return isObject(entry) &&
    typeof entry['seq'] === 'number' &&
    [
      entry['at'],
      entry['event'],
      entry['attempt'],
      entry['tool'],
      entry['prev'],
      entry['mac'],
    ].every((field) => typeof field === 'string')
    ? (entry as Entry)
    : undefined;
}

/** What was read of one file so far. */
interface Read {
  bytes: number;
  entries: Entry[];
}

/** The lines of files that only grow, read once: a file is known by its inode, so that it stays known when it is full and moved. */
export class JournalView {
  #known = new Map<number, Read>();

  of(files: readonly string[]): Entry[] {
    const before = this.#known;
    this.#known = new Map();
    return files.flatMap((file) => this.#goOn(file, before));
  }

  #goOn(file: string, before: ReadonlyMap<number, Read>): Entry[] {
    const fd = opened(file);
    if (fd === undefined) return [];
    try {
      const { ino, size } = fstatSync(fd);
      const known = before.get(ino);
      const { bytes, entries } = known && known.bytes <= size ? known : { bytes: 0, entries: [] };
      const fresh = Buffer.alloc(size - bytes);
      readSync(fd, fresh, 0, fresh.length, bytes);
      const whole = fresh.subarray(0, fresh.lastIndexOf(10) + 1);
      const now = {
        bytes: bytes + whole.length,
        entries: [
          ...entries,
          ...whole
            .toString('utf8')
            .split('\n')
            .flatMap((text) => entryOf(text) ?? []),
        ],
      };
      this.#known.set(ino, now);
      return now.entries;
    } finally {
      closeSync(fd);
    }
  }
}

/** Undefined where there is no plain file. */
function opened(file: string): number | undefined {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
  } catch {
    // Gone since it was listed, or not for us: `read` says so where it matters.
  }
  return undefined;
}
