import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GateError } from './errors.ts';
import { canonical, type JsonObject } from './json.ts';

export type Event = 'previewed' | 'refused' | 'started' | 'finished' | 'unfinished' | 'failed' | 'unknown';

/** One line of the journal. `hash` covers the line and the hash before it, so an edited, removed or moved line breaks the chain. */
export interface Entry extends JsonObject {
  seq: number;
  at: string;
  event: Event;
  attempt: string;
  tool: string;
  prev: string;
  hash: string;
}

export interface Journal {
  readonly file: string;
  /** Written and synced when it resolves. If that cannot be, it throws, and no write may happen. */
  append(entry: { event: Event; attempt: string; tool: string } & JsonObject): Promise<void>;
}

const genesis = '0'.repeat(64);
const hashOf = (prev: string, entry: JsonObject): string => createHash('sha256').update(prev).update(canonical(entry)).digest('hex');

/** The journal of every write ever attempted: one JSON object a line, shared by all processes of this user. */
export function openJournal(folder: string, redact: (entry: JsonObject) => JsonObject, now: () => number): Journal {
  const file = join(folder, 'audit.jsonl');
  return {
    file,
    async append(entry) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const release = await lock(join(folder, 'audit.lock'));
        try {
          add(file, redact(entry), now());
        } finally {
          release();
        }
      } catch (cause) {
        throw new GateError(`The journal ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, hint: 'No record, no write: nothing was done. Free the disk, fix the permissions, or set LARES_STATE_DIR.' });
      }
    },
  };
}

function add(file: string, entry: JsonObject, now: number): void {
  const fd = openSync(file, 'a+', 0o600);
  try {
    const last = lastEntry(fd);
    const body = { seq: (last?.seq ?? 0) + 1, at: new Date(now).toISOString(), ...entry };
    const prev = last?.hash ?? genesis;
    writeSync(fd, `${JSON.stringify({ ...body, prev, hash: hashOf(prev, body) })}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function lastEntry(fd: number): Entry | undefined {
  const { size } = fstatSync(fd);
  if (size === 0) return undefined;
  const tail = Buffer.alloc(Math.min(size, 1 << 20));
  readSync(fd, tail, 0, tail.length, size - tail.length);
  const lines = tail.toString('utf8').trimEnd().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as Entry;
}

/** The entries of a journal, and the first line at which its chain does not hold. */
export function readJournal(file: string): { entries: Entry[]; broken?: { line: number; why: string } } {
  const entries: Entry[] = [];
  let prev = genesis;
  for (const [i, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text === '') continue;
    const problem = check(text, prev, i + 1);
    if (typeof problem === 'string') return { entries, broken: { line: i + 1, why: problem } };
    entries.push(problem);
    prev = problem.hash;
  }
  return { entries };
}

function check(text: string, prev: string, line: number): Entry | string {
  let entry: Entry;
  try {
    entry = JSON.parse(text) as Entry;
  } catch {
    return 'is not JSON';
  }
  const { prev: named, hash, ...body } = entry;
  if (named !== prev) return 'does not follow the line before it';
  if (body.seq !== line) return `is number ${body.seq}, not ${line}`;
  return hashOf(prev, body) === hash ? entry : 'was changed after it was written';
}

/** One writer at a time, across processes. A lock whose holder is gone, or older than ten seconds, is taken over. */
async function lock(file: string): Promise<() => void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      closeSync(openSync(file, 'wx', 0o600));
      return () => unlinkSync(file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 10_000) unlinkSync(file);
      else await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error('another process holds its lock');
}
