import { hostname } from 'node:os';
import { join } from 'node:path';
import { GateError, wordsFor } from './errors.ts';
import { JournalFile, type Break, type Entry, type Event } from './journal-file.ts';
import type { JsonObject } from './json.ts';
import { isAlive, locked } from './lock.ts';
import { ownFolder } from './state-folder.ts';
import { tell } from './telemetry.ts';

export type { Break, Entry, Event } from './journal-file.ts';

/** The journal of every write ever attempted, shared by all processes that share a state folder. */
export interface Journal {
  readonly file: string;
  /** Written and synced when it resolves. If that cannot be, it throws a GateError, and no write may happen. */
  append(entry: { event: Event; attempt: string; tool: string } & JsonObject): Promise<void>;
  /** Every entry up to the first place where the chain does not hold. */
  read(): { entries: Entry[]; broken?: Break };
  /** Writes of the last day that were started and whose outcome nobody knows. Those whose process is gone are recorded as such now. */
  unknown(): Promise<Entry[]>;
}

const ends: readonly Event[] = ['finished', 'unfinished', 'failed', 'unknown'];
const dayMs = 86_400_000;
/** No write runs longer: the longest wait and the longest answer are ten minutes each. */
const longestWriteMs = 25 * 60_000;

export interface JournalOptions {
  /** The next number in the order of all replicas; each keeps a chained file of its own. */
  order?: (() => Promise<number>) | undefined;
  maxBytes?: number | undefined;
}

export function openJournal(folder: string, key: () => Buffer, redact: (entry: JsonObject) => JsonObject, now: () => number, { order, maxBytes }: JournalOptions = {}): Journal {
  const chain = new JournalFile(folder, key, maxBytes);
  const add = (entry: JsonObject): void => chain.add({ at: new Date(now()).toISOString(), pid: process.pid, host: hostname(), ...redact(entry) });
  const alone = async <T>(work: () => T): Promise<T> => {
    try {
      return await locked(join(ownFolder(folder), 'audit.lock'), work);
    } catch (cause) {
      throw new GateError(`The journal ${chain.current} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, hint: 'No record, no write: nothing was done. Free the disk, mend the permissions, or set LARES_STATE_DIR; a damaged journal is moved away by hand, so that a new one begins.' });
    }
  };
  const gone = ({ pid, host, at }: Entry): boolean => (host === hostname() && !isAlive(Number(pid))) || now() - Date.parse(at) > longestWriteMs;
  return {
    file: chain.current,
    async append(entry) {
      const place = order && (await order().catch((cause: unknown) => {
        // What has happened is written down in any case; what has not may wait.
        if (ends.includes(entry.event)) return null;
        throw new GateError(`The journal cannot be continued: ${wordsFor(cause).message}`, { cause, hint: 'No record, no write: nothing was done.' });
      }));
      await alone(() => add({ ...entry, ...(place !== undefined && { order: place }) }));
      tell('journal', { event: entry.event, tool: entry.tool });
    },
    read: () => chain.read(),
    async unknown() {
      const orphans = (): Entry[] => {
        const recent = chain.recent();
        const ended = new Set(recent.filter(({ event }) => ends.includes(event)).map(({ attempt }) => attempt));
        return recent.filter((entry) => entry.event === 'started' && !ended.has(entry.attempt) && gone(entry));
      };
      if (orphans().length > 0) await alone(() => { for (const { seq: _, at: started, pid: _p, host: _h, prev: _v, mac: _m, ...entry } of orphans()) add({ ...entry, event: 'unknown', started, reason: 'the process ended before the outcome was known' }); });
      return chain.recent().filter(({ event, at }) => event === 'unknown' && now() - Date.parse(at) < dayMs);
    },
  };
}
