import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { pagePolicy } from '../page.ts';
import type { HonoEnv } from '../request.ts';

export interface RequestLogParts {
  /** Addresses of the proxies whose forwarding headers are believed. */
  trusted: readonly string[];
  /** Clients reach it over HTTPS. */
  secure: boolean;
  /** The paths the app serves; asked at the first request, when all of them are there. */
  paths(): Iterable<string>;
  log: Log;
  metrics: Metrics;
}

/** Asked every few seconds by somebody who keeps the answers: lines about them are for debugging. */
const probes = ['/healthz', '/readyz', '/metrics'] as const;

/** Names the request, and says in log and metrics how it ended. In both the path is cut to its first part, where the app serves that, so that neither holds what a stranger makes up. */
export function requestLog({
  trusted,
  secure,
  paths,
  log,
  metrics,
}: RequestLogParts): MiddlewareHandler<HonoEnv> {
  let served: ReadonlySet<string> | undefined;
  return async (c, next) => {
    const began = performance.now();
    identify(c, trusted);
    c.set('refused', (why) => metrics.refused(why));
    await next();
    served ??= new Set([...paths()].map(firstPart).filter((part) => part !== '/*'));
    const first = firstPart(c.req.path);
    const route = served.has(first) ? first : 'other';
    const { status } = c.res;
    const ms = performance.now() - began;
    metrics.request(route, status, ms);
    log(severityOf(route, status), `${c.req.method} ${route} ${status}`, {
      reqId: c.get('id'),
      address: c.get('address'),
      caller: c.get('grant')?.caller,
      status,
      ms: Math.round(ms),
    });
    secureHeaders(c, secure);
  };
}

/** `/approve` of `/approve/CODE`. */
const firstPart = (path: string): string => /^\/[^/]*/.exec(path)?.[0] ?? path;

function severityOf(route: string, status: number): 'debug' | 'info' | 'error' {
  if ((probes as readonly string[]).includes(route)) return 'debug';
  return status >= 500 ? 'error' : 'info';
}

/** Gives the request its id and its client's address. Only a trusted proxy is believed about either. */
function identify(c: Context<HonoEnv>, trusted: readonly string[]): void {
  const { incoming } = c.env;
  const direct = (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const viaProxy = trusted.includes(direct);
  const forwarded = String(incoming.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => isIP(address) > 0)
    .at(-1);
  const given = c.req.header('x-request-id');
  const believed = viaProxy && given !== undefined && /^[\w.-]{1,64}$/.test(given);
  c.set('id', believed ? given : randomUUID());
  c.set('address', (viaProxy && forwarded) || direct);
}

function secureHeaders(c: Context<HonoEnv>, secure: boolean): void {
  // Whether the connection stays is between Node and the client; a library that says otherwise would keep one open that was to be closed.
  if (c.res.headers.get('connection') === 'keep-alive') c.header('connection', undefined);
  c.header('x-request-id', c.get('id'));
  c.header('x-content-type-options', 'nosniff');
  c.header('referrer-policy', 'same-origin');
  c.header('content-security-policy', pagePolicy);
  c.header('x-frame-options', 'DENY');
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  if (secure) c.header('strict-transport-security', 'max-age=31536000');
}
