import type { Task } from '../../../demo/world/proxmox-tasks.ts';
import { boolean, integer, oneOf, string } from './parameters.ts';
import { badParameters, forbidden } from './problem.ts';
import { seconds, type Call, type Route } from './route.ts';

const filters = {
  limit: integer,
  start: integer,
  source: oneOf('archive', 'active', 'all'),
  errors: boolean,
  typefilter: string,
  userfilter: string,
  vmid: { ...integer, minimum: 100 },
  since: integer,
  until: integer,
  statusfilter: string,
};

export const taskRoutes: Route[] = [
  { method: 'GET', path: '/nodes/{node}/tasks', parameters: filters, forwarded: true, run: list },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/status',
    forwarded: true,
    watches: true,
    run: status,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/log',
    parameters: { start: integer, limit: integer, download: boolean },
    forwarded: true,
    run: log,
  },
];

/** A task as the lists show it; the user of a token stands in two fields. */
export function taskRow({ upid, node, type, id, user, startedAt, endedAt, exit }: Task) {
  const [, , pid = '', pstart = ''] = upid.split(':');
  const [name, tokenid] = user.split('!');
  return {
    upid,
    node,
    type,
    id,
    user: name,
    tokenid,
    pid: Number.parseInt(pid, 16),
    pstart: Number.parseInt(pstart, 16),
    starttime: seconds(startedAt),
    endtime: endedAt === null ? undefined : seconds(endedAt),
    status: exit ?? undefined,
  };
}

const outcome = (exit: string): string =>
  exit === 'OK'
    ? 'ok'
    : exit.startsWith('WARNINGS: ')
      ? 'warning'
      : exit === 'unexpected status'
        ? 'unknown'
        : 'error';

function list(call: Call): unknown {
  const {
    values,
    access,
    path: { node = '' },
    cluster: { world },
  } = call;
  const all = access.has(`/nodes/${node}`, 'Sys.Audit');
  const source = values.text('source') || 'archive';
  const matching = world.proxmox.tasks.filter(
    (task) =>
      task.node === node &&
      (all || task.user === access.token.id) &&
      (source === 'all' || (task.exit === null) === (source === 'active')) &&
      matches(task, call),
  );
  const newest = matching.sort(
    (a, b) => Number(b.exit === null) - Number(a.exit === null) || b.startedAt - a.startedAt,
  );
  call.total = newest.length;
  const start = values.number('start');
  return newest
    .slice(start, start + values.number('limit', 50))
    .map((task) => ({ ...taskRow(task), status: task.exit ?? 'RUNNING' }));
}

function matches({ exit, type, user, id, startedAt }: Task, { values }: Call): boolean {
  const when = seconds(startedAt);
  return (
    !(values.flag('errors') && exit === 'OK') &&
    (!values.has('typefilter') || type === values.text('typefilter')) &&
    user.includes(values.text('userfilter')) &&
    (!values.has('vmid') || id === values.text('vmid')) &&
    when >= values.number('since') &&
    when <= values.number('until', Infinity) &&
    (!values.has('statusfilter') ||
      (exit !== null && values.text('statusfilter').split(',').includes(outcome(exit))))
  );
}

/** Its owner may see a task, everybody else needs to audit the node. */
function find({ values, access, path: { node = '' }, cluster: { world } }: Call): Task {
  const upid = values.text('upid');
  if (
    !/^UPID:[a-zA-Z0-9-]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s/]+:[^:\s/]*:[^:\s/]+:$/.test(
      upid,
    )
  )
    throw badParameters({ upid: 'unable to parse worker upid' });
  const task = world.proxmox.tasks.find((other) => other.upid === upid && other.node === node);
  if (!task) throw badParameters({ upid: 'no such task' });
  if (task.user !== access.token.id && !access.has(`/nodes/${node}`, 'Sys.Audit'))
    throw forbidden(`/nodes/${node}, Sys.Audit`);
  return task;
}

/** Has no end time, only `exitstatus` once the task has stopped. */
function status(call: Call): unknown {
  const task = find(call);
  const { endtime: _, status: exit, ...row } = taskRow(task);
  return exit === undefined
    ? { ...row, status: 'running' }
    : { ...row, status: 'stopped', exitstatus: exit };
}

function log(call: Call): unknown {
  const lines = find(call).log;
  call.total = Math.max(1, lines.length);
  if (lines.length === 0) return [{ n: 1, t: 'no content' }];
  const start = call.values.number('start');
  return lines
    .map((t, position) => ({ n: position + 1, t }))
    .slice(start, start + call.values.number('limit', 50));
}
