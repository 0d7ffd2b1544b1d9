import { createHash } from 'node:crypto';
import { json, type Answer, type Reply, type Seen } from '../../../demo/loopback.ts';

/** How an admin endpoint is configured. */
export interface AdminOptions {
  version: '2.6' | '2.11';
  listener: 'tcp' | 'unix' | 'remote';
  port(): number;
  /** Hosts it answers to instead of those of its own address. */
  origins?: readonly string[] | undefined;
  enforceOrigin?: boolean | undefined;
  /** Paths that the client certificate may read, on the remote one. */
  paths?: readonly string[] | undefined;
}

interface Content {
  config(): unknown;
  upstreams(): unknown;
  metrics(): string;
}

const refused = (status: number, error: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify({ error })}\n`,
});
const notFound: Reply = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: '404 page not found\n',
};

/** The admin API of Caddy, in the order in which it refuses (admin.go of v2.11.4; 2.6.2 as recorded). */
export const admin =
  (options: AdminOptions, content: Content): Answer =>
  (seen) =>
    guard(options, seen) ?? route(options, content, seen);

function guard(
  { version, listener, port, origins, enforceOrigin, paths }: AdminOptions,
  { method, path, headers }: Seen,
): Reply | undefined {
  if (listener === 'remote')
    return paths && !paths.some((allowed) => permits(allowed, path))
      ? refused(403, 'not authorized to access this path')
      : method === 'GET'
        ? undefined
        : refused(403, 'not authorized to use this method');
  if (headers.upgrade?.includes('websocket'))
    return refused(400, "WebSocket connections aren't allowed.");
  if (version === '2.11' && headers['sec-fetch-mode'] === 'no-cors')
    return refused(400, 'Disabling same-origin restrictions is not allowed.');
  const own =
    origins ??
    (listener === 'unix'
      ? ['']
      : ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port()}`));
  const anyHost = listener === 'unix' && version === '2.11';
  if (!anyHost && !own.includes(headers.host ?? ''))
    return refused(403, `host not allowed: ${headers.host ?? ''}`);
  const suspicious = version === '2.11' && ('origin' in headers || 'sec-fetch-mode' in headers);
  if (!enforceOrigin && !suspicious) return undefined;
  const { origin = '' } = headers;
  if (origin === 'null') return refused(400, 'Buggy browser is sending null Origin header.');
  if (origin === '' && version === '2.6')
    return refused(403, 'required Origin header is missing or invalid');
  return own.includes(origin.replace(/^https?:\/\//, ''))
    ? undefined
    : refused(403, `client is not allowed to access from origin '${origin}'`);
}

const permits = (allowed: string, path: string): boolean =>
  path === allowed || path.startsWith(allowed.endsWith('/') ? allowed : `${allowed}/`);

function route(
  { version }: AdminOptions,
  content: Content,
  { method, path, headers }: Seen,
): Reply {
  if (path === '/config')
    return {
      status: 301,
      headers: { location: '/config/', 'content-type': 'text/html; charset=utf-8' },
      body: '<a href="/config/">Moved Permanently</a>.\n\n',
    };
  if (path.startsWith('/config/')) {
    if (method !== 'GET') return write(method, headers['content-type']);
    return withTag(version, path, traversed(content.config(), decodeURIComponent(path)));
  }
  if (path === '/reverse_proxy/upstreams')
    return method === 'GET' ? json(content.upstreams()) : refused(405, 'method not allowed');
  if (path === '/metrics')
    return {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: content.metrics(),
    };
  if (path.startsWith('/id/')) return refused(404, `unknown object ID '${path.slice(4)}'`);
  if (path === '/load' || path === '/stop' || path === '/adapt')
    return method === 'POST' ? { drop: true } : refused(405, 'method not allowed');
  return notFound;
}

function write(method: string, type: string | undefined): Reply {
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
    return refused(405, `method ${method} not allowed`);
  return method !== 'DELETE' && !type?.includes('/json')
    ? refused(400, `unacceptable content-type: ${type ?? ''}; 'application/json' required`)
    : {};
}

/** The last key may be missing (`null`); everything before it may not, and a list takes nothing but a number in it. */
function traversed(config: unknown, path: string): Reply {
  const clean = path.replace(/^\/+|\/+$/g, '');
  let here = config;
  const parts = clean.split('/').slice(1);
  for (const [i, part] of parts.entries()) {
    if (Array.isArray(here)) {
      if (!/^\d+$/.test(part))
        return refused(
          400,
          `[${path}] invalid array index '${part}': strconv.Atoi: parsing "${part}": invalid syntax`,
        );
      if (Number(part) >= here.length)
        return refused(400, `[${path}] array index out of bounds: ${part}`);
      here = (here as unknown[])[Number(part)];
    } else if (typeof here === 'object' && here !== null) {
      here = (here as Record<string, unknown>)[part];
      if (here === undefined && i < parts.length - 1)
        return refused(
          400,
          `invalid traversal path at: ${['config', ...parts.slice(0, i + 2)].join('/')}`,
        );
    } else
      return refused(
        400,
        `invalid traversal path at: ${['config', ...parts.slice(0, i + 1)].join('/')}`,
      );
  }
  return {
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(here ?? null)}\n`,
  };
}

/** 2.6 sends its Etag as a trailer, after the body. */
function withTag(version: AdminOptions['version'], path: string, reply: Reply): Reply {
  if (version === '2.6' || reply.status !== undefined) return reply;
  return {
    ...reply,
    headers: {
      ...reply.headers,
      etag: `"${path} ${createHash('sha256').update(String(reply.body)).digest('hex').slice(0, 16)}"`,
    },
  };
}
