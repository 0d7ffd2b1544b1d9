import type { Base } from './base.ts';
import { day, hour, lastSunday, lastTime, second } from './clock.ts';
import type { Guest } from './guests.ts';

/** A Proxmox task that ran or runs. `id` is empty for jobs over several guests; `exit` null while it runs. Times ms. */
export interface Task {
  upid: string;
  node: string;
  type: string;
  id: string;
  user: string;
  startedAt: number;
  endedAt: number | null;
  exit: string | null;
  log: string[];
}
export type NewTask = Pick<Task, 'node' | 'type' | 'id' | 'user' | 'startedAt'> & {
  log?: string[];
};

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');

/** Adds a running task. Its UPID is `UPID:node:pid:pstart:starttime:type:id:user:` (pve-common UPID.pm), `user` may be `user@realm!token`. */
export function startTask(tasks: Task[], { log = [], ...task }: NewTask): Task {
  const seconds = Math.floor(task.startedAt / second);
  const upid = [
    'UPID',
    task.node,
    hex(20_000 + tasks.length),
    hex(seconds & 0xfffffff),
    hex(seconds),
    task.type,
    task.id,
    task.user,
    '',
  ].join(':');
  const started: Task = { ...task, upid, endedAt: null, exit: null, log: [...log] };
  tasks.push(started);
  return started;
}

/** Ends a task and closes its log as Proxmox does. `exit` is `OK`, `WARNINGS: n` or the error. */
export function endTask(task: Task, endedAt: number, exit = 'OK'): void {
  task.log.push(
    exit === 'OK' || exit.startsWith('WARNINGS: ') ? `TASK ${exit}` : `TASK ERROR: ${exit}`,
  );
  Object.assign(task, { endedAt, exit });
}

/** Adds a task that is over. */
export function pastTask(
  tasks: Task[],
  { seconds, exit, ...task }: NewTask & { seconds: number; exit?: string },
): Task {
  const past = startTask(tasks, task);
  endTask(past, task.startedAt + seconds * second, exit);
  return past;
}

/** Seven nights of backups on every node and a few things people did. */
export function createTasks(base: Base): Task[] {
  const tasks: Task[] = [];
  const byRoot = { user: 'root@pam', id: '' };
  const now = base.now();
  // Backups take minutes: those of a night that is not over yet have not happened.
  const over = now - hour;
  for (const ago of [6, 5, 4, 3, 2, 1, 0])
    backup(base, tasks, members(base, 'daily'), lastTime(over, 2, ago));
  backup(base, tasks, members(base, 'weekly'), lastSunday(over, 4));
  for (const { name: node } of base.nodes)
    pastTask(tasks, {
      ...byRoot,
      node,
      type: 'aptupdate',
      startedAt: lastTime(over, 3),
      seconds: 9,
    });
  const nextcloud = base.guest('nextcloud');
  for (const { at } of nextcloud.snapshots)
    pastTask(tasks, {
      ...byRoot,
      node: nextcloud.node,
      type: 'qmsnapshot',
      id: String(nextcloud.vmid),
      startedAt: at,
      seconds: 6,
    });
  pastTask(tasks, {
    ...byRoot,
    node: 'pve-big1',
    type: 'qmshutdown',
    id: '50012',
    startedAt: now - 3 * day,
    seconds: 12,
  });
  const n8n = base.guest('n8n');
  if (n8n.startedAt)
    pastTask(tasks, {
      ...byRoot,
      node: n8n.node,
      type: 'vzreboot',
      id: String(n8n.vmid),
      startedAt: n8n.startedAt - 5 * second,
      seconds: 8,
    });
  return tasks;
}

/** The VMIDs under a backup policy. */
export const members = ({ guests }: Base, policy: Guest['backup']): number[] =>
  guests.filter(({ backup: own }) => own === policy).map(({ vmid }) => vmid);

/** A backup job that went well: one task on every node that is there, over the node's own guests. */
export function backup(
  { guests, nodes }: Base,
  tasks: Task[],
  vmids: readonly number[],
  startedAt: number,
): void {
  for (const { name: node } of nodes.filter(({ offline }) => !offline)) {
    const local = guests.filter((guest) => guest.node === node && vmids.includes(guest.vmid));
    const log = local.flatMap(({ vmid, type }) => [
      `INFO: Starting Backup of VM ${vmid} (${type})`,
      `INFO: Finished Backup of VM ${vmid} (00:00:41)`,
    ]);
    const id = local.length === 1 ? String(local[0]?.vmid) : '';
    if (local.length > 0)
      pastTask(tasks, {
        node,
        type: 'vzdump',
        id,
        user: 'root@pam',
        startedAt,
        seconds: 41 * local.length,
        log: [...log, 'INFO: Backup job finished successfully'],
      });
  }
}
