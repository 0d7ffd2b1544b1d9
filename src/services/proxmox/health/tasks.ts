import type { Check, Finding } from '../../../core/health.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import type { Proxmox } from '../client.ts';
import { taskPurpose } from '../lifecycle.ts';
import { hasFailed, recentMs, type Task } from '../schema/task.ts';
import { finding, showGuest, showNode, type Checkup } from './checkup.ts';

/** Consoles end in an error whenever a window is closed. */
const consoles = /^(vnc|spice|term)(proxy|shell)$/;

/** A node broadcasts so many of its tasks to the cluster (pve-manager, API2/Cluster.pm), and no older ones. */
const broadcast = 25;
const mostOfNode = 1_000;

/** What ended lately, on every node. A node so busy that its day does not fit into its broadcast is asked itself: its failure of last night would be out of sight. */
export async function recentTasks(one: Proxmox, check: Check): Promise<Task[] | undefined> {
  const told = await check('tasks', () => one.clusterTasks());
  if (!told) return undefined;
  const since = one.now() - recentMs;
  const nodes = [...new Set(told.map(({ node }) => node))].filter((node) => {
    const mine = told.filter((task) => task.node === node);
    return mine.length >= broadcast && mine.every(({ startedAt }) => startedAt > since);
  });
  const more = await Promise.all(
    nodes.map((node) =>
      check(`tasks of ${node} older than its last ${broadcast}`, () =>
        one.nodeTasks(node, since, mostOfNode),
      ),
    ),
  );
  return [
    ...new Map(
      [...told, ...more.flatMap((tasks) => tasks ?? [])].map((task) => [task.upid, task]),
    ).values(),
  ];
}

/** What a task was about: a guest's number, or the node for what concerns no single guest. */
const subjectOf = ({ id, node }: Task): string => id || node;

/** A backup of several guests carries no number, so two jobs on a node look the same: the success of one says nothing of the other. */
const isOneJob = ({ type, id }: Task): boolean => !(type === 'vzdump' && id === '');

/** Tasks of the last day or so that failed and were not followed by one of the same purpose that did not. */
export function taskFindings(checkup: Checkup): Finding[] {
  const now = checkup.one.now();
  const ended = (checkup.tasks ?? []).filter(
    ({ exit, endedAt, type }) =>
      exit !== undefined &&
      endedAt !== undefined &&
      now - endedAt < recentMs &&
      !consoles.test(type),
  );
  const groups = new Map<string, Task[]>();
  for (const task of ended.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))) {
    const key = `${taskPurpose(task.type)} ${subjectOf(task)}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return [...groups.values()].flatMap((group) => {
    const failures = group.filter(({ exit }) => hasFailed(exit ?? ''));
    const [newest] = group;
    const [last] = failures;
    return last && (newest === last || !isOneJob(last))
      ? [failed(checkup, last, failures.length - 1, now)]
      : [];
  });
}

function failed(checkup: Checkup, task: Task, before: number, now: number): Finding {
  const isGuest = /^\d+$/.test(task.id);
  const at = task.endedAt ?? now;
  const again = before > 0 ? ` (and ${plural(before, 'time')} before that)` : '';
  return finding(
    checkup,
    'task-failed',
    'warning',
    `${task.type}:${subjectOf(task)}`,
    `${task.type}${isGuest ? ` of guest ${task.id}` : ''} failed on ${task.node} ${ago(at, now)}${again}: ${task.exit}`,
    {
      since: iso(at),
      evidence: task.upid,
      next: isGuest ? showGuest(checkup, Number(task.id)) : showNode(checkup, task.node),
    },
  );
}
