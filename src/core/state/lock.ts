import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isObject, parseJson } from '../base/json.ts';
import { thisProcess, isAlive, type ProcessId } from './process-id.ts';
import { createOnce, sweepDrafts } from './folder.ts';

/** What stands in a lock: whose it is. `beat` rises for as long as a lock that is held for long has a holder. */
type Holder = ProcessId & { token: string; beat?: number };

/** How long to wait. Milliseconds. */
export interface LockOptions {
  /** How long a lock whose process cannot be seen from here has to be in the same hands before it is taken away. Milliseconds of this process' own time. */
  staleMs?: number | undefined;
  /** How long to wait for a lock whose process lives. */
  patienceMs?: number | undefined;
}

/**
 * Does something that only one process may do at a time. What is done must be short and synchronous. The lock of a process that is gone is taken away at once;
 * one whose process cannot be seen from here, when it has not changed hands for `staleMs`: no clock is compared. Throws an Error when the holder lives and does not let go.
 */
export async function withLock<T>(
  file: string,
  work: () => T,
  { staleMs = 10_000, patienceMs = 20_000 }: LockOptions = {},
): Promise<T> {
  const own: Holder = { ...thisProcess(), token: randomBytes(8).toString('hex') };
  const began = performance.now();
  for (let [seen, since] = ['', began]; !createOnce(file, JSON.stringify(own));) {
    const holder = holderOf(file);
    const token = holder?.token ?? '';
    if (token !== seen) [seen, since] = [token, performance.now()];
    const alive = holder && isAlive(holder);
    if (alive === false || (alive === undefined && performance.now() - since > staleMs))
      takeAway(file, token, staleMs);
    else if (performance.now() - began > patienceMs)
      throw new Error(`another process holds ${file}`);
    else
      await new Promise((resolve) => {
        setTimeout(resolve, 2 + Math.random() * 8);
      });
  }
  try {
    sweepDrafts(file);
    return work();
  } finally {
    if (holderOf(file)?.token === own.token) rmSync(file, { force: true });
  }
}

/** What stands in a lock. Whoever can write to the folder can put anything there. */
export function holderOf(file: string): Holder | undefined {
  try {
    const held = parseJson(readFileSync(file, 'utf8'));
    return isObject(held) &&
      typeof held['token'] === 'string' &&
      typeof held['pid'] === 'number' &&
      typeof held['host'] === 'string'
      ? (held as unknown as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Only one process has the right to break a given lock, so nobody takes away the new one that follows it. */
export function takeAway(file: string, token: string, staleMs: number): void {
  const right = `${file}.${createHash('sha256').update(token).digest('hex').slice(0, 12)}.broken`;
  if (!createOnce(right, JSON.stringify(thisProcess()))) {
    if (
      Math.abs(Date.now() - (statSync(right, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())) >
      staleMs
    )
      rmSync(right, { recursive: true, force: true });
    return;
  }
  try {
    if ((holderOf(file)?.token ?? '') === token) rmSync(file, { recursive: true, force: true });
  } finally {
    rmSync(right, { force: true });
  }
}

/** Replaces a file at once: a reader sees the old one or the new one. Throws what the file system throws; the old file is left then. */
export function replaceFile(file: string, content: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
