import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Effect } from './effect.ts';
import { routes } from './routes.ts';
import { schedulerOf } from './scheduler.ts';
import { absent, Refused, type Account, type Knobs, type Visit } from './visit.ts';

export type { Account, Knobs } from './visit.ts';

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

const page: Reply = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html lang="en"><head><title>Semaphore UI</title></head><body><div id="app"></div></body></html>',
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
    database: 'sql',
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
