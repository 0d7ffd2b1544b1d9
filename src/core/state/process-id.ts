import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other that may have its number: in another container, or after it. */
export interface ProcessId {
  pid: number;
  host: string;
  /** PID namespace, where there are such: containers may share a host name and a folder. */
  space?: string | undefined;
  /** When it started, in clock ticks since boot (proc_pid_stat(5), field 22). */
  born?: string | undefined;
}

let own: ProcessId | undefined;

/** This process. */
export const thisProcess = (): ProcessId =>
  (own ??= { pid: process.pid, host: hostname(), space: spaceOf(), born: bornOf(process.pid) });

/** Whether a process lives; undefined when that cannot be seen from here. */
export function isAlive({ pid, host, space, born }: ProcessId): boolean | undefined {
  if (host !== thisProcess().host || (space !== undefined && space !== thisProcess().space))
    return undefined;
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
