import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other that may have its number: in another container, or after it. */
export interface Presence {
  pid: number;
  host: string;
  /** PID namespace, where there are such: containers may share a host name and a folder. */
  space?: string | undefined;
  /** When it started, in clock ticks since boot (proc_pid_stat(5), field 22). */
  born?: string | undefined;
}

let mine: Presence | undefined;

/** This process. */
export const here = (): Presence =>
  (mine ??= { pid: process.pid, host: hostname(), space: spaceOf(), born: bornOf(process.pid) });

/** Whether a process lives; undefined when that cannot be seen from here. */
export function lives({ pid, host, space, born }: Presence): boolean | undefined {
  if (host !== here().host || (space !== undefined && space !== here().space)) return undefined;
  if (!answers(pid)) return false;
  return born === undefined || born === bornOf(pid);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const spaceOf = (): string | undefined => unlessAbsent(() => readlinkSync('/proc/self/ns/pid'));

/** The name in parentheses may hold anything, so fields are counted from the last parenthesis. */
const bornOf = (pid: number): string | undefined =>
  unlessAbsent(
    () => readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ')[19],
  );

function unlessAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
