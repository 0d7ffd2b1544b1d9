import type { Reply, Seen } from '../../../demo/loopback.ts';
import { catchUpBackups } from '../../../demo/world/backup-server.ts';
import type { World } from '../../../demo/world/index.ts';
import { Access, authenticate } from './access.ts';
import { check } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Call, Knobs, Route } from './route.ts';

/** Whatever goes out is called JSON, the plain text of an error too (proxmox-rest-server formatter.rs). */
const headers = { 'content-type': 'application/json;charset=UTF-8', server: 'proxmox-backup' };

/** Answers as proxmox-rest-server does: the path, who asks, what they may, the parameters, and at last the handler. */
export function answerer(
  world: World,
  knobs: Knobs,
  routes: readonly Route[],
): (seen: Seen) => Reply {
  return (seen) => {
    catchUpBackups(world);
    if (!world.isUp('pbs')) return { drop: true };
    try {
      return { headers, body: JSON.stringify(answer(world, knobs, routes, seen)) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return {
        status: error.status,
        headers: {
          ...headers,
          ...(error.status === 401 && {
            'set-cookie':
              'PBSAuthCookie=; Path=/; Secure; SameSite=Lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT;',
          }),
        },
        body: error.message,
        delayMs: error.status === 401 ? knobs.rejectDelayMs : error.delayMs,
      };
    }
  };
}

function answer(
  world: World,
  knobs: Knobs,
  routes: readonly Route[],
  { method, path, query, headers: sent }: Seen,
): object {
  const inner = path.startsWith('/api2/json/')
    ? decodeURIComponent(path.slice('/api2/json'.length))
    : undefined;
  const match =
    inner === undefined || method !== 'GET'
      ? undefined
      : find(routes, path.slice('/api2/json'.length));
  if (!match?.route.open) authenticate(knobs.tokens, sent.authorization);
  if (!match) throw new Problem(404, `Path '${decodeURIComponent(path)}' not found.`);
  const access = new Access(
    match.route.open
      ? { id: 'nobody', secret: '', acl: {} }
      : authenticate(knobs.tokens, sent.authorization),
  );
  const { route } = match;
  if (route.needs && !access.has(route.needs[0], ...route.needs.slice(1)))
    throw new Problem(403, 'permission check failed', knobs.forbidDelayMs);
  const call: Call = {
    values: check(query, route.parameters ?? {}),
    path: match.path,
    access,
    world,
    knobs,
    attributes: {},
  };
  return { data: route.run(call) ?? null, ...call.attributes };
}

/** Segments are decoded one by one: an escaped slash in a UPID is none of the path. */
function find(
  routes: readonly Route[],
  path: string,
): { route: Route; path: Record<string, string> } | undefined {
  const segments = path.split('/').map(decodeURIComponent);
  for (const route of routes) {
    const names = route.path.split('/');
    if (
      names.length !== segments.length ||
      !names.every((name, i) => name.startsWith('{') || name === segments[i])
    )
      continue;
    return {
      route,
      path: Object.fromEntries(
        names.flatMap((name, i) =>
          name.startsWith('{') ? [[name.slice(1, -1), segments[i] ?? '']] : [],
        ),
      ),
    };
  }
  return undefined;
}
