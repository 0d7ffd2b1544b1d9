import type { FakeService } from '../../../demo/fake-service.ts';
import { json, loopback, type Loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { key, type Key } from './key.ts';
import {
  bad,
  executions,
  problemIn,
  stored,
  succeededAs,
  workflows,
  type ApiRequest,
} from './lists.ts';
import { executionDetail } from './rows.ts';

export { key, readScopes, type Key } from './key.ts';
export { typedSecret } from './rows.ts';

/** What may be turned while it runs. */
export interface Knobs {
  /** 1.x or 2.x as in 1.123.81 and 2.41.1; the world's by default. */
  version: string;
  keys: Key[];
  /** N8N_METRICS. */
  metrics: boolean;
  /** N8N_PUBLIC_API_DISABLED, or the second before the API is there. */
  apiOff: boolean;
  /** N8N_PATH, without the slash at its end. */
  path: string;
}

export interface FakeN8n extends Loopback, FakeService {
  readonly env: { N8N_URL: string; N8N_API_KEY: string };
  readonly knobs: Knobs;
}

/** The public API of n8n over a world, community edition, as it is on the wire. */
export async function fakeN8n(world: World, settings: Partial<Knobs> = {}): Promise<FakeN8n> {
  const knobs: Knobs = {
    version: world.n8n.version,
    keys: [key(world.now())],
    metrics: true,
    apiOff: false,
    path: '',
    ...settings,
  };
  const server = await loopback((seen) =>
    world.isUp('n8n') ? answer(world, knobs, seen) : { drop: true },
  );
  return Object.assign(server, {
    env: { N8N_URL: `${server.url}${knobs.path}`, N8N_API_KEY: knobs.keys[0]?.text ?? '' },
    knobs,
    servers: [server],
  });
}

export { fakeN8n as fake };

const page = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html>\n<html lang="en">\n\t<head>\n\t\t<title>n8n.io - Workflow Automation</title>',
});

function answer(world: World, knobs: Knobs, seen: Seen): Reply {
  const path = seen.path.startsWith(knobs.path) ? seen.path.slice(knobs.path.length) : '';
  if (path === '/healthz' || path === '/healthz/readiness') return json({ status: 'ok' });
  if (path === '/metrics') return knobs.metrics ? metrics(knobs.version) : page(404);
  if (!path.startsWith('/api/v1/')) return page(200);
  if (knobs.apiOff) return page(404);
  return api(world, knobs, path.slice('/api/v1'.length), seen);
}

function metrics(version: string): Reply {
  const [major, minor, patch] = version.split('.');
  return {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    body: `# HELP n8n_nodejs_version_info Node.js version info.\n# TYPE n8n_nodejs_version_info gauge\nn8n_nodejs_version_info{version="v20.20.2",major="20",minor="20",patch="2"} 1\n# HELP n8n_version_info n8n version info.\n# TYPE n8n_version_info gauge\nn8n_version_info{version="v${version}",major="${major}",minor="${minor}",patch="${patch}"} 1\n`,
  };
}

const scopes: readonly [RegExp, string][] = [
  [/^\/workflows$/, 'workflow:list'],
  [/^\/workflows\//, 'workflow:read'],
  [/^\/executions$/, 'execution:list'],
  [/^\/executions\//, 'execution:read'],
];

function api(
  world: World,
  { version, keys }: Knobs,
  path: string,
  { method, query, headers }: Seen,
): Reply {
  const major = version.startsWith('1.') ? 1 : 2;
  const refused = (message: string): Reply => json({ message }, 401);
  if (path === '/discover' && major === 1) return json({ message: 'not found' }, 404);
  if (path !== '/discover' && !scopes.some(([route]) => route.test(path)))
    return json({ message: 'not found' }, 404);
  if (method !== 'GET') return json({ message: `${method} method not allowed` }, 405);
  const sentKey = headers['x-n8n-api-key'];
  if (sentKey === undefined)
    return refused(major === 1 ? "'X-N8N-API-KEY' header required" : 'Unauthorized');
  const accepted = keys.find(
    ({ text, endsAt }) => text === sentKey && (endsAt === null || endsAt > world.now()),
  );
  if (!accepted) return refused(major === 1 ? 'unauthorized' : 'Unauthorized');
  const scope = scopes.find(([route]) => route.test(path))?.[1];
  if (major === 2 && scope && !accepted.scopes.includes(scope))
    return json({ message: 'Forbidden' }, 403);
  return routed(path, { world, key: accepted, major, version, query });
}

function routed(path: string, request: ApiRequest): Reply {
  const { key: user } = request;
  if (path === '/discover') return json({ data: { scopes: user.scopes, resources: {} } });
  if (path === '/workflows') return problemIn('workflows', request) ?? workflows(request);
  if (path === '/executions') return problemIn('executions', request) ?? executions(request);
  return path.startsWith('/executions/')
    ? execution(decodeURIComponent(path.slice('/executions/'.length)), request)
    : json({ message: 'Not Found' }, 404);
}

function execution(id: string, { world, key: user, major, query }: ApiRequest): Reply {
  if (!/^\d+$/.test(id))
    return bad(
      major === 1
        ? 'request/params/id must be number'
        : 'request/params/executionId must be a positive integer',
    );
  const run = stored(world).find((candidate) => candidate.id === Number(id));
  if (!run || (user.sees && !user.sees.includes(run.workflow)))
    return json({ message: 'Not Found' }, 404);
  return json(
    executionDetail(
      run,
      world.n8n.workflows.find((workflow) => workflow.id === run.workflow),
      major,
      succeededAs(world.n8n.runs, run),
      query.get('includeData') === 'true',
    ),
  );
}
