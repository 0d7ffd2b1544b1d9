import { join } from 'node:path';
import { GateError, messageOf } from '../base/errors.ts';
import { day, minute } from '../base/units.ts';
import { JournalFile, type Break, type Entry, type Event } from './journal-file.ts';
import type { JsonObject } from '../base/json.ts';
import { withLock, type LockOptions } from './lock.ts';
import { thisProcess, isAlive, type ProcessId } from './process-id.ts';
import { ensurePrivateFolder } from './folder.ts';
import { emit } from '../base/telemetry.ts';

export { events, type Break, type Entry, type Event } from './journal-file.ts';

/** The journal of every write ever attempted, shared by all processes that share a state folder. */
export interface Journal {
  readonly file: string;
  /** Written and synced when it resolves. If that cannot be, it throws a GateError, and no write may happen. `objection` sees what was written last, under the same lock: what it returns is thrown, and nothing is written. */
  append(
    entry: { event: Event; attempt: string; tool: string } & JsonObject,
    objection?: (recent: readonly Entry[]) => Error | undefined,
  ): Promise<void>;
  /** Every entry up to the first place where the chain does not hold. */
  read(): { entries: Entry[]; broken?: Break };
  /** The entries of the last day and somewhat more, unverified: for looking at what has just happened. */
  recent(): Entry[];
  /** Writes of the last day that were started and whose outcome nobody knows: a person has not settled it, and no later write of the same target has finished. Those whose process is gone are recorded as such now; those whose process cannot be seen from here are told after two minutes. */
  unknown(): Promise<Entry[]>;
}

/** What the end of a write is called. */
export const endEvents: readonly Event[] = ['finished', 'unfinished', 'failed', 'unknown'];
/** After this a write whose process cannot be seen from here is told as unknown. */
const unseenMs = 2 * minute;
/** No write runs longer: the longest wait and the longest answer are ten minutes each. */
export const longestWriteMs = 25 * minute;

/** What a journal may be given besides its folder and its key. */
export interface JournalOptions {
  /** The next number in the order of all replicas; each keeps a chained file of its own. */
  order?: (() => Promise<number>) | undefined;
  /** A file that has grown to this is full: the next line begins a new one. */
  maxBytes?: number | undefined;
  lock?: LockOptions | undefined;
}

/** Opens the journal in `folder`; nothing is read or made before the first line. `redact` is applied to every line, `now` is in milliseconds since the epoch. */
export function openJournal(
  folder: string,
  key: () => Buffer,
  redact: (entry: JsonObject) => JsonObject,
  now: () => number,
  { order, maxBytes, lock }: JournalOptions = {},
): Journal {
  const chain = new JournalFile(folder, key, maxBytes);
  const add = (entry: JsonObject): void =>
    chain.add({ at: new Date(now()).toISOString(), ...thisProcess(), ...redact(entry) });
  const underLock = async <T>(work: () => T): Promise<T> => {
    try {
      return await withLock(join(ensurePrivateFolder(folder), 'audit.lock'), work, lock);
    } catch (cause) {
      throw new GateError(
        `The journal ${chain.current} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
          hint: 'No record, no write: nothing was done. Free the disk, mend the permissions, or set LARES_STATE_DIR; a damaged journal is moved away by hand, all files of it, so that a new one begins.',
        },
      );
    }
  };
  /** The number in the order of all replicas; undefined where there are none. */
  const placeOf = async (event: Event): Promise<number | null | undefined> => {
    try {
      return await order?.();
    } catch (cause) {
      // What has happened is written down in any case; what has not may wait.
      if (endEvents.includes(event)) return null;
      throw new GateError(`The journal cannot be continued: ${messageOf(cause).message}`, {
        cause,
        hint: 'No record, no write: nothing was done.',
      });
    }
  };
  const age = ({ at }: Entry): number => Math.abs(now() - Date.parse(at));
  const isGone = (entry: Entry): boolean => {
    const alive = isAlive(processOfEntry(entry));
    return (
      alive === false || (!(alive && entry['born'] !== undefined) && age(entry) > longestWriteMs)
    );
  };
  const unended = (): Entry[] => {
    const recent = chain.recent(now());
    const ended = new Set(
      recent.filter(({ event }) => endEvents.includes(event)).map(({ attempt }) => attempt),
    );
    return recent.filter(({ event, attempt }) => event === 'started' && !ended.has(attempt));
  };
  return {
    file: chain.current,
    async append(entry, objection) {
      const place = await placeOf(entry.event);
      const refusal = await underLock(() => {
        const refusal = objection?.(chain.recent(now()));
        if (!refusal) add({ ...entry, ...(place !== undefined && { order: place }) });
        return refusal;
      });
      if (refusal) throw refusal;
      emit('journal', { event: entry.event, tool: entry.tool });
    },
    read: () => chain.read(),
    recent: () => chain.recent(now()),
    async unknown() {
      const orphans = (): Entry[] => unended().filter(isGone);
      if (orphans().length > 0)
        await underLock(() => {
          for (const entry of orphans())
            add({
              ...contentOf(entry),
              event: 'unknown',
              started: entry.at,
              reason: 'the process ended before the outcome was known',
            });
        });
      const recent = chain.recent(now());
      const certain = new Set(
        recent
          .filter(({ event }) => event !== 'unknown' && endEvents.includes(event))
          .map(({ attempt }) => attempt),
      );
      const unseen = unended().filter(
        (entry) => isAlive(processOfEntry(entry)) === undefined && age(entry) > unseenMs,
      );
      return [
        ...recent.filter(
          ({ event, at, attempt }) =>
            event === 'unknown' && !certain.has(attempt) && now() - Date.parse(at) < day,
        ),
        ...unseen,
      ].filter((entry) => !isSettled(entry, recent));
    },
  };
}

/** Whether what became of a write is known since: a person said it, or a later write looked at the same target and ended as it was planned. */
const isSettled = ({ seq, attempt, target }: Entry, recent: readonly Entry[]): boolean =>
  recent.some(
    (entry) =>
      (entry.event === 'settled' && entry.attempt === attempt) ||
      (entry.event === 'finished' && entry.seq > seq && entry['target'] === target),
  );

/** The process that wrote a line. */
export const processOfEntry = ({ pid, host, space, born }: Entry): ProcessId => ({
  pid: Number(pid),
  host: String(host),
  space: text(space),
  born: text(born),
});
const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const circumstances = new Set([
  'seq',
  'at',
  'pid',
  'host',
  'space',
  'born',
  'order',
  'prev',
  'mac',
]);

/** What a line says, without when and by whom. */
const contentOf = (entry: Entry): JsonObject =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => !circumstances.has(key)));
