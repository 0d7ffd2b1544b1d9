import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { parseJson } from './json.ts';
import { createOnce } from './state-folder.ts';

interface Holder {
  pid: number;
  host: string;
  token: string;
}

const patienceMs = 10_000;

/** Does something that only one process of this machine may do at a time. What is done must be short and synchronous: a lock older than ten seconds is nobody's. */
export async function locked<T>(file: string, work: () => T): Promise<T> {
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomBytes(8).toString('hex') };
  for (const end = performance.now() + patienceMs; !createOnce(file, JSON.stringify(mine)); ) {
    if (abandoned(file)) takeAway(file);
    else if (performance.now() > end) throw new Error(`another process holds ${file}`);
    else await new Promise((resolve) => { setTimeout(resolve, 2 + Math.random() * 8); });
  }
  try {
    return work();
  } finally {
    if (holderOf(file)?.token === mine.token) rmSync(file, { force: true });
  }
}

function holderOf(file: string): Holder | undefined {
  try {
    return parseJson(readFileSync(file, 'utf8')) as Holder | undefined;
  } catch {
    return undefined;
  }
}

/** The holder is gone, as far as can be seen from here; a process of another host (a container) can only be too old. */
function abandoned(file: string): boolean {
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const holder = holderOf(file);
  return age > patienceMs || (holder?.host === hostname() && !isAlive(holder.pid));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Moves an abandoned lock aside; whoever finds that it moved a new one instead puts that back. */
function takeAway(file: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (!abandoned(aside)) {
    try {
      linkSync(aside, file);
    } catch {
      // Somebody else has taken it in between: the one that was moved finds its token gone and the journal's own chain tells.
    }
  }
  rmSync(aside, { force: true });
}

/** Replaces a file at once: a reader sees the old one or the new one. */
export function replaceFile(file: string, content: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
