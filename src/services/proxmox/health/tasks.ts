import { ago, hour, iso, plural } from '../../../core/base/units.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { showGuest, showNode } from '../calls.ts';
import type { Proxmox } from '../client.ts';
import { taskPurpose } from '../lifecycle.ts';
import { hasFailed, hasWarned, type Task } from '../schema/task.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofGuests, ofNode } from './finding.ts';

/** A day and two hours more, so that a nightly job that failed is told until its next run is over. */
export const recentMs = 26 * hour;

/** Consoles end in an error whenever a window is closed. */
const consoles = /^(vnc|spice|term)(proxy|shell)$/;

/** A node broadcasts so many of its tasks to the cluster (pve-manager, API2/Cluster.pm), and no older ones. */
const broadcastTasks = 25;
const maxNodeTasks = 1_000;

/** What ended lately, on every node. A node so busy that its day does not fit into its broadcast is asked itself: its failure of last night would be out of sight. */
export async function recentTasks(cluster: Proxmox, check: Check): Promise<Task[] | undefined> {
  const broadcast = await check('tasks', () => cluster.clusterTasks());
  if (!broadcast) return undefined;
  const since = cluster.now() - recentMs;
  const older = await Promise.all(
    nodesWithMore(broadcast, since).map((node) =>
      check(`tasks of ${node} older than its last ${broadcastTasks}`, () =>
        cluster.nodeTasks(node, since, maxNodeTasks),
      ),
    ),
  );
  const tasks = [...broadcast, ...older.flatMap((list) => list ?? [])];
  return [...new Map(tasks.map((task) => [task.upid, task])).values()];
}

/** Nodes whose broadcast is full and does not reach back to `since` (ms). */
function nodesWithMore(broadcast: readonly Task[], since: number): string[] {
  const nodes = new Set(broadcast.map(({ node }) => node));
  return [...nodes].filter((node) => {
    const tasks = broadcast.filter((task) => task.node === node);
    return tasks.length >= broadcastTasks && tasks.every(({ startedAt }) => startedAt > since);
  });
}

/** What a task was about: a guest's number, or the node for what concerns no single guest. */
const subjectOf = ({ id, node }: Task): string => id || node;

/** A backup of several guests carries no number, so two jobs on a node look the same: the success of one says nothing of the other. */
const isOneJob = ({ type, id }: Task): boolean => !(type === 'vzdump' && id === '');

type EndedTask = Task & { exit: string; endedAt: number };

/** Tasks of the last day or so that failed and were not followed by one of the same purpose that did not, and backups that warned. */
export async function taskFindings(checkup: Checkup): Promise<Finding[]> {
  const groups = groupByPurpose(endedLately(checkup));
  const warned = groups
    .flatMap(([newest]) => newest ?? [])
    .filter(({ type, exit }) => type === 'vzdump' && hasWarned(exit));
  return [
    ...failureFindings(checkup, groups),
    ...(await Promise.all(warned.map(async (task) => warnedFinding(checkup, task)))),
  ];
}

/** A backup that warned is there, and may not hold what it should: the warning stands in its log alone. */
async function warnedFinding(checkup: Checkup, task: EndedTask): Promise<Finding> {
  const title = titleOf(task);
  const lines = await checkup.check(`warnings of ${title} on ${task.node}`, () =>
    checkup.cluster.taskWarnings(task.upid),
  );
  const when = ago(task.endedAt, checkup.cluster.now());
  return finding(
    checkup,
    'task-warnings',
    'info',
    `${task.type}:${subjectOf(task)}`,
    `${title} on ${task.node} ended with ${task.exit} ${when}${lines?.[0] ? `: ${lines[0]}` : ''}`,
    {
      about: ofSubject(checkup, task),
      effect: 'note',
      since: iso(task.endedAt),
      evidence: task.upid,
      next: showSubject(checkup, task),
    },
  );
}

function failureFindings(checkup: Checkup, groups: readonly EndedTask[][]): Finding[] {
  return groups.flatMap((group) => {
    const failures = group.filter(({ exit }) => hasFailed(exit));
    const [newest] = group;
    const [last] = failures;
    if (!last || (newest !== last && isOneJob(last))) return [];
    return [failureFinding(checkup, last, failures.length - 1)];
  });
}

/** Newest end first, without consoles. */
function endedLately({ tasks = [], cluster }: Checkup): EndedTask[] {
  const since = cluster.now() - recentMs;
  return tasks
    .flatMap((task) =>
      task.exit !== undefined && task.endedAt !== undefined
        ? [{ ...task, exit: task.exit, endedAt: task.endedAt }]
        : [],
    )
    .filter(({ endedAt, type }) => endedAt > since && !consoles.test(type))
    .sort((a, b) => b.endedAt - a.endedAt);
}

function groupByPurpose(tasks: readonly EndedTask[]): EndedTask[][] {
  const groups = new Map<string, EndedTask[]>();
  for (const task of tasks) {
    const key = `${taskPurpose(task.type)} ${subjectOf(task)}`;
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  return [...groups.values()];
}

/** `earlier` is how many times it failed before that. */
function failureFinding(checkup: Checkup, task: EndedTask, earlier: number): Finding {
  const before = earlier > 0 ? ` (and ${plural(earlier, 'time')} before that)` : '';
  return finding(
    checkup,
    'task-failed',
    'warning',
    `${task.type}:${subjectOf(task)}`,
    `${titleOf(task)} failed on ${task.node} ${ago(task.endedAt, checkup.cluster.now())}${before}: ${task.exit}`,
    {
      about: ofSubject(checkup, task),
      effect: isStillDown(checkup, task) ? 'stops' : 'risk',
      meaning: meaningOf(task),
      since: iso(task.endedAt),
      evidence: task.upid,
      next: showSubject(checkup, task),
    },
  );
}

/** A guest that was told to start and is not there. Of any other task only its own work is undone. */
const isStillDown = ({ resources }: Checkup, { type, id }: Task): boolean =>
  ['start', 'reboot', 'reset', 'resume'].includes(taskPurpose(type)) &&
  resources.guests.some(({ vmid, status }) => String(vmid) === id && status === 'stopped');

/** `backup` and `snapshot`, as the locks that they leave behind are called too. */
function meaningOf({ type }: Task): string | undefined {
  if (type === 'vzdump') return 'backup';
  return taskPurpose(type) === 'snapshot' ? 'snapshot' : undefined;
}

const isOfGuest = ({ id }: Task): boolean => /^\d+$/.test(id);

const titleOf = (task: Task): string =>
  isOfGuest(task) ? `${task.type} of guest ${task.id}` : task.type;

const ofSubject = (checkup: Checkup, task: Task): Ref[] =>
  isOfGuest(task) ? ofGuests(checkup, Number(task.id)) : ofNode(checkup, task.node);

const showSubject = (checkup: Checkup, task: Task): Finding['next'] =>
  isOfGuest(task) ? showGuest(checkup, Number(task.id)) : showNode(checkup, task.node);
