import type { ServerTask } from '../../../demo/world/backup-tasks.ts';
import { boolean, integer, several, storeName, text } from './parameters.ts';
import { failed } from './problem.ts';
import { seconds, type Call, type Route } from './route.ts';

const filters = {
  start: integer,
  limit: integer,
  errors: boolean,
  running: boolean,
  store: storeName,
  typefilter: text,
  userfilter: text,
  since: integer,
  until: integer,
  statusfilter: several('ok', 'warning', 'error', 'unknown'),
};

export const taskRoutes: Route[] = [
  { path: '/nodes/{node}/tasks', parameters: filters, run: list },
  { path: '/nodes/{node}/tasks/{upid}/status', run: status },
  {
    path: '/nodes/{node}/tasks/{upid}/log',
    parameters: { start: integer, limit: integer, 'test-status': boolean, download: boolean },
    run: log,
  },
];

const kindOf = (exit: string): string =>
  exit === 'OK'
    ? 'ok'
    : exit === 'unknown'
      ? 'unknown'
      : exit.startsWith('WARNINGS: ')
        ? 'warning'
        : 'error';
const seesAll = ({ access }: Call): boolean => access.has('/system/tasks', 'Sys.Audit');

/** Newest first, and only one's own without Sys.Audit on /system/tasks. `total` is a guess: one more than was sent where the page is full. */
function list(call: Call): unknown {
  const { values, world, access } = call;
  const [since, until, limit, start] = [
    values.number('since', 0),
    values.number('until', Infinity),
    values.number('limit', 50) || Infinity,
    values.number('start', 0),
  ];
  const matching = world.backupServer.tasks
    .filter(
      (task) =>
        seconds(task.startedAt) >= since &&
        seconds(task.startedAt) <= until &&
        (seesAll(call) || task.user === access.token.id) &&
        matches(task, call),
    )
    .sort((a, b) => b.startedAt - a.startedAt);
  const page = matching.slice(start, start + limit);
  call.attributes['total'] =
    page.length + start + (page.length > 0 && page.length >= limit ? 1 : 0);
  return page.map((task) => ({
    ...numbersOf(task),
    upid: task.upid,
    node: 'localhost',
    worker_type: task.type,
    worker_id: task.id || null,
    user: task.user,
    ...(task.exit !== null && { endtime: seconds(task.endedAt ?? 0), status: task.exit }),
  }));
}

/** `errors` leaves out only what went well. */
function matches({ exit, type, user, id }: ServerTask, { values }: Call): boolean {
  const [statuses, store] = [values.list('statusfilter'), values.text('store')];
  return (
    !(values.flag('running') && exit !== null) &&
    !(values.flag('errors') && exit === 'OK') &&
    (statuses.length === 0 || (exit !== null && statuses.includes(kindOf(exit)))) &&
    type.includes(values.text('typefilter') ?? '') &&
    user.includes(values.text('userfilter') ?? '') &&
    (store === undefined ||
      (type === 'syncjob'
        ? id.split(':')[2] === store
        : /^(verif|prune|backup$|garbage_collection$)/.test(type) &&
          (id === store || id.startsWith(`${store}:`))))
  );
}

function numbersOf({ upid, startedAt }: ServerTask): {
  pid: number;
  pstart: number;
  starttime: number;
} {
  const [, , pid = '', pstart = ''] = upid.split(':');
  return {
    pid: Number.parseInt(pid, 16),
    pstart: Number.parseInt(pstart, 16),
    starttime: seconds(startedAt),
  };
}

function find(call: Call): ServerTask {
  const {
    path: { upid = '' },
    world,
    access,
  } = call;
  if (
    !/^UPID:[A-Za-z0-9-]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8,16}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/i.test(
      upid,
    )
  )
    throw failed("parameter verification failed - 'upid': value does not match the regex pattern");
  const task = world.backupServer.tasks.find((other) => other.upid === upid);
  if (!seesAll(call) && task?.user !== access.token.id) throw failed('task access not allowed');
  if (!task) throw failed('unable to open task log - No such file or directory (os error 2)');
  return task;
}

/** The same things have other names here than in the list, and the user is told apart from the token. */
function status(call: Call): unknown {
  const task = find(call);
  const [user, tokenid] = task.user.split('!');
  return {
    ...numbersOf(task),
    upid: task.upid,
    node: call.path['node'],
    type: task.type,
    id: task.id,
    user,
    ...(tokenid && { tokenid }),
    status: task.exit === null ? 'running' : 'stopped',
    ...(task.exit !== null && { exitstatus: task.exit, endtime: seconds(task.endedAt ?? 0) }),
  };
}

function log(call: Call): unknown {
  const { log: lines, exit } = find(call);
  const [start, limit] = [
    call.values.number('start', 0),
    call.values.number('limit', 50) || Infinity,
  ];
  Object.assign(
    call.attributes,
    { total: lines.length, success: 1 },
    call.values.flag('test-status') ? { active: exit === null } : {},
  );
  return lines.map((t, i) => ({ n: i + 1, t })).slice(start, start + limit);
}
