import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../base/json.ts';
import { day } from '../base/units.ts';
import { Chain, genesis, isAt, type Head } from './chain.ts';
import { ensurePrivateFolder, sweepDrafts } from './folder.ts';
import { entryOf, JournalView, type Entry } from './journal-entry.ts';
import { linesOf, maxLineBytes, tailOf } from './journal-tail.ts';
import { replaceFile } from './lock.ts';

export { events, type Entry, type Event } from './journal-entry.ts';

/** Where the chain does not hold. */
export interface Break {
  file: string;
  line: number;
  why: string;
}

const remedy = ' (lares audit verify)';
/** The files of one journal: `audit.jsonl`, the full ones before it, and the head of the chain apart from them. All methods are synchronous; `journal.ts` calls `add` under a lock. */
export class JournalFile {
  readonly #folder: string;
  readonly #chain: Chain;
  readonly #maxBytes: number;
  readonly #view = new JournalView();

  constructor(folder: string, key: () => Buffer, maxBytes = 8 * 2 ** 20) {
    this.#folder = folder;
    this.#chain = new Chain(key);
    this.#maxBytes = maxBytes;
  }

  get current(): string {
    return join(this.#folder, 'audit.jsonl');
  }

  get #headFile(): string {
    return join(this.#folder, 'audit.head');
  }

  /** Adds a line and its head, both synced, or neither. Throws when the end of the chain is not where the head says: what cannot be continued truthfully is not continued. */
  add(body: JsonObject): void {
    ensurePrivateFolder(this.#folder);
    // Only who holds the journal's lock writes a head, so a draft of one was left by a process that was killed.
    sweepDrafts(this.#headFile, 0);
    const head = this.#head() ?? this.#begin();
    // No symbolic link is followed: what is written here is written here.
    const fd = openSync(
      this.current,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      const { size, whole, last } = tailOf(fd);
      this.#continues(head, last, whole === 0);
      // A line without its end was never acknowledged: its process died while writing, and it is taken back.
      if (whole < size) ftruncateSync(fd, whole);
      const { line, head: next } = this.#chain.lineAfter(last ?? head, body);
      this.#append(fd, line, whole, next);
      if (whole + line.length >= this.#maxBytes) this.#rotate(next.seq);
    } finally {
      closeSync(fd);
    }
  }

  /** Full files by their last number, then the current one. */
  files(): string[] {
    if (!existsSync(this.#folder)) return [];
    return [
      ...this.#full(),
      ...(lstatSync(this.current, { throwIfNoEntry: false }) ? [this.current] : []),
    ];
  }

  /** Every entry up to the first place where the chain does not hold. Others may write meanwhile, so only what is broken twice in the same place is. */
  read(): { entries: Entry[]; broken?: Break } {
    let seen = this.#readOnce();
    for (let i = 0; seen.broken && i < 5; i++) {
      const again = this.#readOnce();
      if (isDeepStrictEqual(again.broken, seen.broken)) return again;
      seen = again;
    }
    return seen;
  }

  #readOnce(): { entries: Entry[]; broken?: Break } {
    const entries: Entry[] = [];
    for (const file of this.files()) {
      const texts = linesOf(file);
      if (!texts)
        return { entries, broken: { file, line: 1, why: 'cannot be read: it is no plain file' } };
      for (const [i, text] of texts.entries()) {
        // What stands after the last end of line was never acknowledged; if the head knows of it, it is missing below.
        if (
          i === texts.length - 1 &&
          (text === '' || (file === this.current && text.length < maxLineBytes))
        )
          continue;
        const entry = this.#chain.follow(text, entries.at(-1));
        if (typeof entry === 'string')
          return { entries, broken: { file, line: i + 1, why: entry } };
        entries.push(entry);
      }
    }
    const broken = this.#against(this.#head(), entries);
    return broken ? { entries, broken } : { entries };
  }

  /** The entries of the current file, of the full one before it and of all that were added to in the last day, unverified: for looking at what has just happened. */
  recent(now: number): Entry[] {
    const files = this.files();
    return this.#view.of(
      files.filter(
        (file, i) =>
          i >= files.length - 2 ||
          now - (lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < day,
      ),
    );
  }

  #full(): string[] {
    return readdirSync(this.#folder)
      .filter((name) => /^audit-\d{12}\.jsonl$/.test(name))
      .sort()
      .map((name) => join(this.#folder, name));
  }

  /** A chain begins with its head, so that lines without one are always a loss. */
  #begin(): Head {
    if (lstatSync(this.#headFile, { throwIfNoEntry: false }))
      throw new Error(`its head was changed, or not written with this key${remedy}`);
    if (this.files().some((file) => file !== this.current || lstatSync(file).size > 0))
      throw new Error(`its head is missing, so a cut end could not be seen${remedy}`);
    this.#write(genesis);
    return genesis;
  }

  /** Throws unless the last line is the one the head names, or the one after it, whose process died before it moved the head. */
  #continues(head: Head, last: Entry | undefined, empty: boolean): void {
    if (!empty && last === undefined) throw new Error(`its last line is damaged${remedy}`);
    if (last && !this.#chain.isGenuine(last))
      throw new Error(`its last line was changed, or not written with this key${remedy}`);
    if (last ? last.seq < head.seq : head.seq > 0 && this.#endOfFull() !== head.mac)
      throw new Error(`its end was cut off${remedy}`);
    if (last && !isAt(head, last)) throw new Error(`its end does not fit its head${remedy}`);
  }

  /** On a full disk neither the line nor its head is left behind. */
  #append(fd: number, line: string, size: number, head: Head): void {
    try {
      writeFileSync(fd, line);
      fsyncSync(fd);
      this.#write(head);
    } catch (error) {
      ftruncateSync(fd, size);
      throw error;
    }
  }

  #write(head: Head): void {
    replaceFile(this.#headFile, this.#chain.sealed(head));
  }

  /** A file that cannot be moved just grows: the next line tries again. */
  #rotate(seq: number): void {
    try {
      renameSync(this.current, join(this.#folder, `audit-${String(seq).padStart(12, '0')}.jsonl`));
    } catch {
      // The line is written and synced; where it stands does not matter.
    }
  }

  #against(head: Head | undefined, entries: readonly Entry[]): Break | undefined {
    const last = { prev: '', ...(entries.at(-1) ?? genesis) };
    const { seq } = last;
    if (head === undefined)
      return seq === 0 && !lstatSync(this.#headFile, { throwIfNoEntry: false })
        ? undefined
        : {
            file: this.#headFile,
            line: 1,
            why: 'is missing or was changed: a cut end could not be seen',
          };
    if (seq < head.seq)
      return {
        file: this.current,
        line: seq + 1,
        why: `is missing: the end was cut off, ${head.seq} lines were written`,
      };
    return isAt(head, last)
      ? undefined
      : {
          file: this.#headFile,
          line: 1,
          why: `is of another time: it names line ${head.seq}, and there are ${seq}`,
        };
  }

  #head(): Head | undefined {
    return this.#chain.unsealed(linesOf(this.#headFile)?.[0] ?? '');
  }

  #endOfFull(): string | undefined {
    const last = this.#full().at(-1);
    return last === undefined ? undefined : entryOf(linesOf(last)?.at(-2) ?? '')?.mac;
  }
}
