import type { StartFake } from '../../../demo/fake-service.ts';
import { json, loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { authenticate, Unauthorized } from './access.ts';
import { aggregate } from './aggregate.ts';
import { accountRoutes } from './accounts.ts';
import { indexerRoutes } from './indexer.ts';
import { notFound, Problem } from './problem.ts';
import { versionOf, type Route } from './route.ts';
import { searchRoutes } from './search.ts';
import { streamRoutes } from './streams.ts';
import { systemRoutes } from './system.ts';
import { VirtualLog } from './virtual-log.ts';

const routes: Route[] = [
  ...searchRoutes,
  { method: 'POST', path: '/search/aggregate', run: aggregate },
  ...streamRoutes,
  ...systemRoutes,
  ...accountRoutes,
  ...indexerRoutes,
];

/** POSTs that only read. */
const readPosts =
  /\/(views\/search\/sync|search\/(validate|aggregate)|cluster\/metrics\/multiple)$/;

/** Graylog over a world, plain HTTP as it comes: its accounts, permissions, errors inside 200, and silence towards those who may not see. */
export const fake: StartFake = async (world) => {
  const log = new VirtualLog(world);
  const server = await loopback((seen) => answer(world, log, seen), { readPosts });
  const [lares] = world.graylog.accounts;
  return {
    env: { GRAYLOG_URL: server.url, GRAYLOG_TOKEN: lares?.tokens[0]?.value ?? '' },
    servers: [server],
    close: () => server.close(),
  };
};

function answer(world: World, log: VirtualLog, seen: Seen): Reply {
  const node = world.graylog.nodes[0]?.id ?? '';
  const reply = handle(world, log, seen);
  return { ...reply, headers: { 'x-graylog-node-id': node, ...reply.headers } };
}

function handle(world: World, log: VirtualLog, seen: Seen): Reply {
  // Everything beside the API is the web interface.
  if (!seen.path.startsWith('/api/'))
    return {
      headers: { 'content-type': 'text/html' },
      body: '<!DOCTYPE html><html><head><title>Graylog Web Interface</title></head><body></body></html>',
    };
  try {
    return jsonWithIntegers(run(world, log, seen));
  } catch (error) {
    if (error instanceof Problem) return error.reply;
    if (error instanceof Unauthorized)
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="Graylog Server"' } };
    throw error;
  }
}

/** JSON as Java writes it: an integer has all its digits, however many. */
function jsonWithIntegers(value: unknown): Reply {
  const mark = '\u0001';
  const body = JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? `${mark}${item}${mark}` : item,
  );
  return { ...json(null), body: body.replaceAll(/"\\u0001(\d+)\\u0001"/g, '$1') };
}

/** A route is found first, then comes who asks, then the header against cross-site requests, then the permission. */
function run(world: World, log: VirtualLog, { method, path, query, headers, body }: Seen): unknown {
  const steps = path
    .slice('/api'.length)
    .replace(/(.)\/$/, '$1')
    .split('/');
  const fits = (route: Route): boolean => {
    const parts = route.path.split('/');
    return (
      route.method === method &&
      parts.length === steps.length &&
      parts.every((part, i) => part === '{}' || part === steps[i])
    );
  };
  const route = routes.find(fits);
  if (!route) throw notFound();
  const access = authenticate(world, headers.authorization);
  if (method !== 'GET' && !headers['x-requested-by'])
    throw new Problem(
      400,
      'CSRF protection header is missing. Please add a "X-Requested-By" header to your request.',
    );
  if (method !== 'GET' && !headers['content-type']?.startsWith('application/json'))
    throw new Problem(415, 'HTTP 415 Unsupported Media Type');
  if (route.permission) access.demand(route.permission);
  const id = decodeURIComponent(steps[route.path.split('/').indexOf('{}')] ?? '');
  return route.run({ world, log, access, query, body, id, version: versionOf(world) });
}
