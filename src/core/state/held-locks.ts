import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createOnce, ensurePrivateFolder, sweepDrafts } from './folder.ts';
import { holderOf, replaceFile, takeAway } from './lock.ts';
import { isAlive, thisProcess } from './process-id.ts';
import type { SharedStore } from './store.ts';

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** Locks that are held while something happens that takes its time. One process holds one of them, or one replica, where replicas share a store. */
export interface HeldLocks {
  /** The lock called `name`, or undefined while somebody else has it. Throws where it cannot be known. */
  tryTake(name: string): Promise<Release | undefined>;
}

/** How a holder shows that it lives, to those who cannot see its process. Milliseconds. */
export interface Beat {
  everyMs: number;
  /** A lock that has shown no sign for so long is taken away. */
  staleMs: number;
}

const usualBeat: Beat = { everyMs: 3_000, staleMs: 20_000 };

/** Lock files in `folder`. That of a process that is gone is taken away at once; that of one that cannot be seen from here, when it has not beaten for a while: no clock is compared. */
export function folderLocks(folder: string, { everyMs, staleMs }: Beat = usualBeat): HeldLocks {
  const seen = new Map<string, { sign: string; since: number }>();
  return {
    async tryTake(name) {
      const file = join(ensurePrivateFolder(folder), `${name}.lock`);
      const token = randomBytes(8).toString('hex');
      const content = (beat: number): string => JSON.stringify({ ...thisProcess(), token, beat });
      if (!createOnce(file, content(0))) {
        breakStale(file, name);
        return undefined;
      }
      sweepDrafts(file);
      let beats = 0;
      const timer = setInterval(() => {
        if (holderOf(file)?.token === token) replaceIfPossible(file, content(++beats));
      }, everyMs);
      timer.unref();
      return async () => {
        clearInterval(timer);
        if (holderOf(file)?.token === token) rmSync(file, { force: true });
      };
    },
  };

  function breakStale(file: string, name: string): void {
    const holder = holderOf(file);
    const sign = `${holder?.token} ${holder?.beat}`;
    if (seen.get(name)?.sign !== sign) seen.set(name, { sign, since: performance.now() });
    const alive = holder && isAlive(holder);
    const age = performance.now() - (seen.get(name)?.since ?? 0);
    if (alive === false || (alive === undefined && age > staleMs))
      takeAway(file, holder?.token ?? '', staleMs);
  }
}

/** Keys in the store that replicas share; one whose holder does not renew it ends by itself. */
export function storeLocks(store: SharedStore, { everyMs, staleMs }: Beat = usualBeat): HeldLocks {
  return {
    async tryTake(name) {
      const key = `lock:${name}`;
      const token = randomBytes(16).toString('hex');
      if (!(await store.create(key, token, staleMs))) return undefined;
      const timer = setInterval(() => {
        store.extend(key, token, staleMs).catch(() => undefined);
      }, everyMs);
      timer.unref();
      return async () => {
        clearInterval(timer);
        await store.remove(key, token);
      };
    },
  };
}

/** On a full disk a lock does not beat; those who see its process do not need it. */
function replaceIfPossible(file: string, content: string): void {
  try {
    replaceFile(file, content);
  } catch {
    // The next beat may find room.
  }
}
