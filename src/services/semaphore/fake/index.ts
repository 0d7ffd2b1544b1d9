import type { FakeService } from '../../../demo/fake-service.ts';
import { json, loopback, type Loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { schedulerOf } from './scheduler.ts';
import {
  environmentRow,
  eventRow,
  inventoryRow,
  isOld,
  projectRow,
  scheduleRow,
  taskRow,
  templateRow,
} from './rows.ts';
import {
  knowsRawOutput,
  look,
  Refused,
  start,
  type Body,
  type Course,
  type Effect,
} from './runs.ts';

/** A user and its token. `roles` are per project; who has none there does not see it, unless an administrator. */
export interface Account {
  token: string;
  id: number;
  username: string;
  admin: boolean;
  roles: Record<number, 'owner' | 'manager' | 'task_runner' | 'guest'>;
}

/** What may be turned while it runs. */
export interface Knobs extends Course {
  /** `v2.9.64` to `2.18`; the world's by default. */
  version: string;
  accounts: Account[];
  /** Whether `/info` tells the zone of schedules; versions up to 2.10 never do. */
  tellsTimezone: boolean;
}

export interface FakeSemaphore extends Loopback, FakeService {
  readonly env: { SEMAPHORE_URL: string; SEMAPHORE_TOKEN: string };
  readonly knobs: Knobs;
  /** What the runs that were started here really did. */
  readonly effects: Effect[];
}

const recommended = (): Account => ({
  token: '7o4kzt1bq-lxu9fv2m_w8rgc5sdynh3eapij60qtbv0=',
  id: 1,
  username: 'lares',
  admin: false,
  roles: { 1: 'task_runner', 2: 'task_runner' },
});
const permissions = { owner: 15, manager: 5, task_runner: 1, guest: 0 } as const;

interface Visit {
  world: World;
  fake: { knobs: Knobs; effects: Effect[]; looks: Map<number, number> };
  account: Account;
  seen: Seen;
  project: number;
  id: number;
}

const mine = <T extends { projectId: number }>(list: readonly T[], { project }: Visit): T[] =>
  list.filter(({ projectId }) => projectId === project);
/** A nil slice in Go is `null` in JSON. */
const list = (rows: readonly unknown[]): Reply => json(rows.length > 0 ? rows : null);
const mayRun = ({ account, project }: Visit): boolean =>
  account.admin || (permissions[account.roles[project] ?? 'guest'] & 1) === 1;

function found<T extends { id: number; projectId: number }>(
  all: readonly T[],
  visit: Visit,
  status: number,
): T {
  const one = mine(all, visit).find(({ id }) => id === visit.id);
  if (!one) throw new Refused(status);
  return one;
}

/** Newest first by id; the project's list is `[]` when empty, a template's is `null`. */
function tasks(visit: Visit, most: number, template?: number): Reply {
  const {
    world: { semaphore },
    fake: { knobs },
  } = visit;
  const rows = mine(semaphore.tasks, visit)
    .filter(({ templateId }) => template === undefined || templateId === template)
    .sort((a, b) => b.id - a.id)
    .slice(0, most)
    .map((task) =>
      taskRow(
        task,
        knobs.version,
        semaphore.templates.find(({ id }) => id === task.templateId),
      ),
    );
  return template === undefined ? json(rows) : list(rows);
}

function last({ seen }: Visit): number {
  const asked = seen.query.get('limit') ?? '';
  return /^[1-9]\d*$/.test(asked) && Number(asked) <= 200 ? Number(asked) : 200;
}

function task(visit: Visit): Reply {
  const {
    world,
    fake: { knobs, effects, looks },
  } = visit;
  const one = found(world.semaphore.tasks, visit, 400);
  look(world.semaphore, knobs.version, one, knobs, looks, effects, world.now());
  return json(taskRow(one, knobs.version));
}

function run(visit: Visit): Reply {
  const {
    world,
    fake: { knobs, effects },
    account,
    seen,
    project,
  } = visit;
  if (!mayRun(visit)) throw new Refused(403);
  const body = parsed(seen.body);
  const one = start(
    world.semaphore,
    knobs.version,
    project,
    body,
    account.id,
    world.now(),
    effects,
  );
  // The answer carries nanoseconds, and up to 2.10 the server's own zone (recorded).
  const stamp = new Date(one.createdAt + (isOld(knobs.version) ? 2 * 3_600_000 : 0))
    .toISOString()
    .replace('Z', `584995${isOld(knobs.version) ? '+02:00' : 'Z'}`);
  return json({ ...taskRow(one, knobs.version), created: stamp }, 201);
}

function parsed(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    /* not JSON: refused as any other body that does not bind */
  }
  throw new Refused(400);
}

const output = (visit: Visit): Reply =>
  list(
    found(visit.world.semaphore.tasks, visit, 400).output.map((line, i) => ({
      ...(isOld(visit.fake.knobs.version) ? { task: '' } : { id: 0, stage_id: null }),
      task_id: visit.id,
      time: new Date(visit.world.now() + i).toISOString(),
      output: line,
    })),
  );

function rawOutput(visit: Visit): Reply {
  if (!knowsRawOutput(visit.fake.knobs.version)) return absent;
  const lines = found(visit.world.semaphore.tasks, visit, 400).output;
  // oxlint-disable-next-line no-control-regex -- colour codes
  return {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: lines.map((line) => `${line.replace(/\u001b\[[0-9;]*m/g, '')}\n`).join(''),
  };
}

function info({ world, fake: { knobs } }: Visit): Reply {
  const base = {
    version: knobs.version,
    ansible: 'ansible [core 2.18.6]\n  config file = None\n',
    web_host: 'http://semaphore.lab.example.net:3000',
    use_remote_runner: false,
  };
  return json(
    isOld(knobs.version)
      ? base
      : {
          ...base,
          auth_methods: {},
          premium_features: {},
          git_client: 'cmd_git',
          ...(knobs.tellsTimezone && { schedule_timezone: world.semaphore.timezone }),
          teams: {},
          roles: null,
        },
  );
}

const template = (visit: Visit): Reply =>
  json(
    templateRow(
      found(visit.world.semaphore.templates, visit, 404),
      visit.world.semaphore,
      visit.fake.knobs.version,
      true,
      permissions[visit.account.roles[visit.project] ?? 'guest'],
    ),
  );
const templates = (visit: Visit): Reply =>
  list(
    mine(visit.world.semaphore.templates, visit)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => templateRow(one, visit.world.semaphore, visit.fake.knobs.version, false, 0)),
  );
const templateTasks = (visit: Visit, most: number): Reply =>
  tasks(visit, most, found(visit.world.semaphore.templates, visit, 404).id);

const routes: readonly [method: string, path: RegExp, answer: (visit: Visit) => Reply][] = [
  ['GET', /^info$/, info],
  [
    'GET',
    /^user$/,
    ({ account: { id, username, admin } }) =>
      json({
        id,
        created: '2025-01-06T10:00:00Z',
        username,
        name: username,
        email: `${username}@lab.example.net`,
        admin,
        external: false,
        alert: false,
      }),
  ],
  [
    'GET',
    /^projects$/,
    ({ world, account, fake: { knobs } }) =>
      list(
        world.semaphore.projects
          .filter(({ id }) => account.admin || account.roles[id])
          .map((project) => projectRow(project, knobs.version)),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/role$/,
    ({ account, project }) =>
      json({
        role: account.roles[project] ?? '',
        permissions: permissions[account.roles[project] ?? 'guest'],
      }),
  ],
  ['GET', /^project\/(?<project>\d+)\/templates$/, templates],
  ['GET', /^project\/(?<project>\d+)\/templates\/(?<id>\d+)$/, template],
  [
    'GET',
    /^project\/(?<project>\d+)\/templates\/(?<id>\d+)\/tasks$/,
    (visit) => templateTasks(visit, 1000),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/templates\/(?<id>\d+)\/tasks\/last$/,
    (visit) => templateTasks(visit, last(visit)),
  ],
  ['GET', /^project\/(?<project>\d+)\/tasks$/, (visit) => tasks(visit, 1000)],
  ['GET', /^project\/(?<project>\d+)\/tasks\/last$/, (visit) => tasks(visit, last(visit))],
  ['POST', /^project\/(?<project>\d+)\/tasks$/, run],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)$/, task],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)\/output$/, output],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)\/raw_output$/, rawOutput],
  [
    'GET',
    /^project\/(?<project>\d+)\/inventory$/,
    (visit) => list(mine(visit.world.semaphore.inventories, visit).map(inventoryRow)),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/environment$/,
    (visit) =>
      list(
        mine(visit.world.semaphore.environments, visit).map((one) =>
          environmentRow(one, visit.fake.knobs.version),
        ),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/schedules$/,
    (visit) =>
      list(
        mine(visit.world.semaphore.schedules, visit).map((one) =>
          scheduleRow(one, visit.world.semaphore, visit.fake.knobs.version),
        ),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/events\/last$/,
    (visit) =>
      list(
        mine(visit.world.semaphore.events, visit)
          .sort((a, b) => b.at - a.at)
          .slice(0, 200)
          .map(eventRow),
      ),
  ],
];

const page: Reply = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html lang="en"><head><title>Semaphore UI</title></head><body><div id="app"></div></body></html>',
};
const absent: Reply = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Not Found\n',
};
const empty = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
});

/** Semaphore's API over a world: its silence (empty refusals), its generations of JSON, and above all its habit of dropping what a template does not allow. */
export async function fakeSemaphore(
  world: World,
  settings: Partial<Knobs> = {},
): Promise<FakeSemaphore> {
  const knobs: Knobs = {
    version: world.semaphore.version,
    accounts: [recommended()],
    tellsTimezone: true,
    polls: 1,
    outcome: 'success',
    failedHost: 'dns2',
    ...settings,
  };
  const effects: Effect[] = [];
  const fake = { knobs, effects, looks: new Map<number, number>() };
  const catchUp = schedulerOf(world);
  const server = await loopback((seen) => {
    if (!world.isUp('semaphore')) return { drop: true };
    catchUp();
    return answer(world, fake, seen);
  });
  return Object.assign(server, {
    env: { SEMAPHORE_URL: server.url, SEMAPHORE_TOKEN: knobs.accounts[0]?.token ?? '' },
    knobs,
    effects,
    servers: [server],
  });
}

export { fakeSemaphore as fake };

function answer(world: World, fake: Visit['fake'], seen: Seen): Reply {
  if (!/^\/api(\/|$)/.test(seen.path)) return page;
  const path = seen.path.slice('/api/'.length);
  if (path === 'ping')
    return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'pong' };
  const route = routes
    .map(([method, pattern, handler]) => ({ method, match: pattern.exec(path), handler }))
    .filter(({ match }) => match);
  if (route.length === 0) return absent;
  const [hit] = route.filter(({ method }) => method === seen.method);
  if (!hit) return empty(405);
  // The header is compared in lower case as a whole (api/auth.go).
  const bearer = /bearer/.test(String(seen.headers.authorization ?? '').toLowerCase())
    ? String(seen.headers.authorization).toLowerCase().replace('bearer ', '')
    : undefined;
  const account = fake.knobs.accounts.find(({ token }) => token === bearer);
  if (!account) return empty(401);
  const project = Number(hit.match?.groups?.['project'] ?? 0);
  if (
    project > 0 &&
    (!world.semaphore.projects.some(({ id }) => id === project) ||
      !(account.admin || account.roles[project]))
  )
    return empty(404);
  try {
    return hit.handler({
      world,
      fake,
      account,
      seen,
      project,
      id: Number(hit.match?.groups?.['id'] ?? 0),
    });
  } catch (error) {
    if (error instanceof Refused) return empty(error.status);
    throw error;
  }
}
