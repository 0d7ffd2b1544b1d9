import type { Base } from './base.ts';
import { day, lastSunday, lastTime, second } from './clock.ts';

/** A Proxmox task that ran or runs. `id` is empty for jobs over several guests; `exit` null while it runs. Times ms. */
export interface Task {
  upid: string; node: string; type: string; id: string; user: string; startedAt: number; endedAt: number | null; exit: string | null; log: string[];
}
export type NewTask = Pick<Task, 'node' | 'type' | 'id' | 'user' | 'startedAt'> & { log?: string[] };

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');

/** Adds a running task. Its UPID is `UPID:node:pid:pstart:starttime:type:id:user:` (pve-common UPID.pm), `user` may be `user@realm!token`. */
export function startTask(tasks: Task[], { log = [], ...task }: NewTask): Task {
  const seconds = Math.floor(task.startedAt / second);
  const upid = ['UPID', task.node, hex(20_000 + tasks.length), hex(seconds & 0xfffffff), hex(seconds), task.type, task.id, task.user, ''].join(':');
  const started: Task = { ...task, upid, endedAt: null, exit: null, log: [...log] };
  tasks.push(started);
  return started;
}

/** Ends a task and closes its log as Proxmox does. `exit` is `OK`, `WARNINGS: n` or the error. */
export function endTask(task: Task, endedAt: number, exit = 'OK'): void {
  task.log.push(exit === 'OK' || exit.startsWith('WARNINGS: ') ? `TASK ${exit}` : `TASK ERROR: ${exit}`);
  Object.assign(task, { endedAt, exit });
}

/** Adds a task that is over. */
export function pastTask(tasks: Task[], { seconds, exit, ...task }: NewTask & { seconds: number; exit?: string }): Task {
  const past = startTask(tasks, task);
  endTask(past, task.startedAt + seconds * second, exit);
  return past;
}

/** Seven nights of backups on every node and a few things people did. */
export function createTasks(base: Base): Task[] {
  const tasks: Task[] = [];
  const byRoot = { user: 'root@pam', id: '' };
  const now = base.now();
  for (const { name: node } of base.nodes) {
    for (const ago of [6, 5, 4, 3, 2, 1, 0]) backup(base, tasks, node, 'daily', lastTime(now, 2, ago));
    backup(base, tasks, node, 'weekly', lastSunday(now, 4));
    pastTask(tasks, { ...byRoot, node, type: 'aptupdate', startedAt: lastTime(now, 3), seconds: 9 });
  }
  const [snapshot] = base.guest('nextcloud').snapshots;
  if (snapshot) pastTask(tasks, { ...byRoot, node: 'pve-big1', type: 'qmsnapshot', id: '30060', startedAt: snapshot.at, seconds: 6 });
  pastTask(tasks, { ...byRoot, node: 'pve-big1', type: 'qmshutdown', id: '50012', startedAt: now - 3 * day, seconds: 12 });
  const n8n = base.guest('n8n');
  if (n8n.startedAt) pastTask(tasks, { ...byRoot, node: n8n.node, type: 'vzreboot', id: String(n8n.vmid), startedAt: n8n.startedAt - 5 * second, seconds: 8 });
  return tasks;
}

function backup({ guests }: Base, tasks: Task[], node: string, policy: 'daily' | 'weekly', startedAt: number): void {
  const mine = guests.filter((guest) => guest.node === node && guest.backup === policy);
  if (mine.length === 0) return;
  const log = mine.flatMap(({ vmid, type }) => [`INFO: Starting Backup of VM ${vmid} (${type})`, `INFO: Finished Backup of VM ${vmid} (00:00:41)`]);
  pastTask(tasks, { node, type: 'vzdump', id: mine.length === 1 ? String(mine[0]?.vmid) : '', user: 'root@pam', startedAt, seconds: 41 * mine.length, log: [...log, 'INFO: Backup job finished successfully'] });
}
