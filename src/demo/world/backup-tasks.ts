import { second } from './clock.ts';

/** A task of the backup server. `id` is as it was before the UPID escaped it; `exit` null while it runs, else `OK`, `WARNINGS: n`, `unknown` or the error. Times ms. */
export interface ServerTask {
  upid: string;
  type: string;
  id: string;
  user: string;
  startedAt: number;
  endedAt: number | null;
  exit: string | null;
  log: string[];
}

const hex = (value: number): string => (value >>> 0).toString(16).toUpperCase().padStart(8, '0');

/** As systemd escapes unit names: `/` becomes `-`, and whatever else is no letter, digit, `_` or `.` its code. */
const escaped = (id: string): string =>
  id.replace(/[^\w.]/g, (c) =>
    c === '/' ? '-' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

/** `UPID:node:pid:pstart:task_id:starttime:type:id:user:` (proxmox-schema upid.rs). */
export const upidOf = (
  serial: number,
  type: string,
  id: string,
  user: string,
  startedAt: number,
): string =>
  [
    'UPID',
    'pbs',
    hex(700),
    hex(1_204),
    hex(serial),
    hex(Math.floor(startedAt / second)),
    type,
    escaped(id),
    user,
    '',
  ].join(':');

/** Adds a task that runs. */
export function startServerTask(
  tasks: ServerTask[],
  task: Pick<ServerTask, 'type' | 'id' | 'user' | 'startedAt'> & { log?: string[] },
): ServerTask {
  const started = {
    ...task,
    upid: upidOf(tasks.length + 1, task.type, task.id, task.user, task.startedAt),
    endedAt: null,
    exit: null,
    log: [...(task.log ?? [])],
  };
  tasks.push(started);
  return started;
}

/** Ends a task and closes its log as the server does. */
export function endServerTask(task: ServerTask, endedAt: number, exit = 'OK'): ServerTask {
  if (exit !== 'unknown')
    task.log.push(
      exit === 'OK' || exit.startsWith('WARNINGS: ') ? `TASK ${exit}` : `TASK ERROR: ${exit}`,
    );
  return Object.assign(task, { endedAt, exit });
}
