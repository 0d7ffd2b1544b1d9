import { createHmac } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { canonical, parseJson, type JsonObject } from './json.ts';
import { replaceFile } from './lock.ts';
import { ownFolder } from './state-folder.ts';

export type Event = 'previewed' | 'waiting' | 'approved' | 'denied' | 'refused' | 'started' | 'finished' | 'unfinished' | 'failed' | 'unknown';

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

/** Where the chain does not hold. */
export interface Break {
  file: string;
  line: number;
  why: string;
}

const genesis = '0'.repeat(64);

/** The files of one journal: `audit.jsonl`, the full ones before it, and the head of the chain apart from them. All methods are synchronous; `audit.ts` calls them under a lock. */
export class JournalFile {
  readonly #folder: string;
  readonly #key: () => Buffer;
  readonly #maxBytes: number;

  constructor(folder: string, key: () => Buffer, maxBytes = 8 * 2 ** 20) {
    this.#folder = folder;
    this.#key = key;
    this.#maxBytes = maxBytes;
  }

  get current(): string {
    return join(this.#folder, 'audit.jsonl');
  }

  /** Adds a line and its head, both synced. Throws when the end of the chain is not where the head says: what cannot be continued truthfully is not continued. */
  add(body: JsonObject): void {
    ownFolder(this.#folder);
    const head = this.#head();
    const fd = openSync(this.current, 'a+', 0o600);
    try {
      const { size, last } = tail(fd);
      if (size > 0 && last === undefined) throw new Error('its last line is damaged (lares audit verify)');
      if (head && (last?.seq ?? 0) < head.seq && !(size === 0 && this.#endOfFull() === head.mac)) throw new Error('its end was cut off (lares audit verify)');
      if (last && this.#mac(last.prev, withoutChain(last)) !== last.mac) throw new Error('its last line was not written with this key (lares audit verify)');
      const prev = last?.mac ?? head?.mac ?? genesis;
      const entry = { seq: (last?.seq ?? head?.seq ?? 0) + 1, ...body };
      const mac = this.#mac(prev, entry);
      const line = `${JSON.stringify({ ...entry, prev, mac })}\n`;
      writeSync(fd, line);
      fsyncSync(fd);
      replaceFile(join(this.#folder, 'audit.head'), JSON.stringify({ seq: entry.seq, mac, seal: this.#mac('head', { seq: entry.seq, mac }) }));
      if (size + line.length >= this.#maxBytes) renameSync(this.current, join(this.#folder, `audit-${String(entry.seq).padStart(12, '0')}.jsonl`));
    } finally {
      closeSync(fd);
    }
  }

  /** Full files by their last number, then the current one. */
  files(): string[] {
    if (!existsSync(this.#folder)) return [];
    const full = readdirSync(this.#folder).filter((name) => /^audit-\d{12}\.jsonl$/.test(name)).sort();
    return [...full.map((name) => join(this.#folder, name)), ...(existsSync(this.current) ? [this.current] : [])];
  }

  /** Every entry up to the first place where the chain does not hold. */
  read(): { entries: Entry[]; broken?: Break } {
    const entries: Entry[] = [];
    for (const file of this.files()) {
      const texts = readFileSync(file, 'utf8').split('\n');
      for (const [i, text] of texts.entries()) {
        if (text === '' && i === texts.length - 1) continue;
        const found = this.#follow(text, entries.at(-1));
        if (typeof found === 'string') return { entries, broken: { file, line: i + 1, why: found } };
        entries.push(found);
      }
    }
    const head = this.#head();
    const last = entries.at(-1);
    if (head === undefined) return entries.length === 0 ? { entries } : { entries, broken: { file: 'audit.head', line: 1, why: 'is missing or was changed: a cut end could not be seen' } };
    if ((last?.seq ?? 0) < head.seq) return { entries, broken: { file: this.current, line: (last?.seq ?? 0) + 1, why: `is missing: the end was cut off, ${head.seq} lines were written` } };
    return { entries };
  }

  /** The last entries of the current file, unverified: for looking at what has just happened. */
  recent(): Entry[] {
    if (!existsSync(this.current)) return [];
    const fd = openSync(this.current, 'r');
    try {
      return texts(fd, 256 * 1024).flatMap((text) => (parseJson(text) as Entry | undefined) ?? []);
    } finally {
      closeSync(fd);
    }
  }

  #follow(text: string, before: Entry | undefined): Entry | string {
    const entry = parseJson(text) as Entry | undefined;
    if (entry === undefined) return 'is not whole';
    if (entry.prev !== (before?.mac ?? genesis) || entry.seq !== (before?.seq ?? 0) + 1) return 'does not follow the line before it: lines were removed, moved or added';
    return this.#mac(entry.prev, withoutChain(entry)) === entry.mac ? entry : 'was changed, or not written with this key';
  }

  #mac(prev: string, body: JsonObject): string {
    return createHmac('sha256', this.#key()).update(prev).update(canonical(body)).digest('hex');
  }

  #head(): { seq: number; mac: string } | undefined {
    const file = join(this.#folder, 'audit.head');
    if (!existsSync(file)) return undefined;
    const { seq, mac, seal } = (parseJson(readFileSync(file, 'utf8')) ?? {}) as { seq?: number; mac?: string; seal?: string };
    return seq !== undefined && mac !== undefined && seal === this.#mac('head', { seq, mac }) ? { seq, mac } : undefined;
  }

  #endOfFull(): string | undefined {
    const last = this.files().filter((file) => file !== this.current).at(-1);
    if (last === undefined) return undefined;
    return (parseJson(readFileSync(last, 'utf8').trimEnd().split('\n').at(-1) ?? '') as Entry | undefined)?.mac;
  }
}

const withoutChain = ({ prev: _, mac: __, ...body }: Entry): JsonObject => body;

/** The last whole line. One without its end was never acknowledged: its process died while writing, and it is taken back. */
function tail(fd: number): { size: number; last: Entry | undefined } {
  const { size } = fstatSync(fd);
  if (size === 0) return { size, last: undefined };
  const window = Math.min(size, 1 << 20);
  const bytes = Buffer.alloc(window);
  readSync(fd, bytes, 0, window, size - window);
  const whole = bytes.lastIndexOf(10) + 1;
  if (whole < window) ftruncateSync(fd, size - window + whole);
  const last = bytes.subarray(0, whole).toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  return { size: size - window + whole, last: parseJson(last) as Entry | undefined };
}

function texts(fd: number, bytes: number): string[] {
  const { size } = fstatSync(fd);
  const buffer = Buffer.alloc(Math.min(size, bytes));
  readSync(fd, buffer, 0, buffer.length, size - buffer.length);
  const all = buffer.toString('utf8').split('\n');
  return size > bytes ? all.slice(1) : all;
}
