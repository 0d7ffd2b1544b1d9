import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import type { MiddlewareHandler } from 'hono';
import type { Authenticator } from '../auth/authenticate.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { pagePolicy } from '../page.ts';
import type { HonoEnv } from '../hono-env.ts';
import { rpcError } from '../rpc-error.ts';
import { isLoopback, type Settings } from '../settings.ts';

type Step = MiddlewareHandler<HonoEnv>;

/** Asked every few seconds by somebody who keeps the answers. */
const probes = ['/healthz', '/readyz', '/metrics'];
const routes = ['/mcp', ...probes, '/approve', '/sse', '/messages', '/.well-known'];

/** Names the request, and says in log and metrics how it ended. */
export const requestLog =
  (trusted: readonly string[], secure: boolean, log: Log, metrics: Metrics): Step =>
  async (c, next) => {
    const began = performance.now();
    const { incoming } = c.env;
    const direct = plainAddress(incoming.socket.remoteAddress ?? '');
    const viaProxy = trusted.includes(direct);
    const forwarded = String(incoming.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter((one) => isIP(one) > 0)
      .at(-1);
    const given = c.req.header('x-request-id');
    c.set(
      'id',
      viaProxy && given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID(),
    );
    c.set('address', (viaProxy && forwarded) || direct);
    c.set('refused', (why) => metrics.refused(why));
    await next();
    const route =
      routes.find((known) => c.req.path === known || c.req.path.startsWith(`${known}/`)) ?? 'other';
    const ms = performance.now() - began;
    metrics.request(route, c.res.status, ms);
    log(
      probes.includes(route) ? 'debug' : c.res.status >= 500 ? 'error' : 'info',
      `${c.req.method} ${route} ${c.res.status}`,
      {
        reqId: c.get('id'),
        address: c.get('address'),
        caller: c.get('grant')?.caller,
        status: c.res.status,
        ms: Math.round(ms),
      },
    );
    // Whether the connection stays is between Node and the client; a library that says otherwise would keep one open that was to be closed.
    if (c.res.headers.get('connection') === 'keep-alive') c.header('connection', undefined);
    c.header('x-request-id', c.get('id'));
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'same-origin');
    c.header('content-security-policy', pagePolicy);
    c.header('x-frame-options', 'DENY');
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
    if (secure) c.header('strict-transport-security', 'max-age=31536000');
  };

const plainAddress = (address: string): string => address.replace(/^::ffff:/, '');

/** A page in a browser can send requests here under a name of its own (DNS rebinding): only known names are answered. */
export function hostGuard({ allowed_hosts, public_url, http_host }: Settings): Step {
  const names = [
    'localhost',
    '127.0.0.1',
    '[::1]',
    ...(isLoopback(http_host) || http_host === '0.0.0.0' || http_host === '::' ? [] : [http_host]),
    ...allowed_hosts,
    ...(public_url === undefined ? [] : [new URL(public_url).hostname]),
  ];
  return async (c, next) => {
    const { ok: knownHost } = validateHostHeader(c.req.header('host'), names);
    const { ok: knownOrigin } = validateOriginHeader(c.req.header('origin'), names);
    if (knownHost && knownOrigin) return next();
    c.get('refused')(knownHost ? 'origin' : 'host');
    return rpcError(
      403,
      -32_000,
      knownHost
        ? 'This origin is not allowed'
        : 'This host name is not served here: LARES_ALLOWED_HOSTS names those that are',
    );
  };
}

/** Lets in who has a token, as fast as the limit allows. Strangers are counted by address, so that guessing is slow and the log stays readable. */
export function requireToken(
  authenticator: Authenticator,
  limiter: RateLimiter,
  strangers: RateLimiter,
  metadata: string | undefined,
  log: Log,
): Step {
  const challenge = (error: string): string =>
    `Bearer realm="lares"${error && `, error="${error}"`}${metadata ? `, resource_metadata="${metadata}"` : ''}`;
  return async (c, next) => {
    const authorization = c.req.header('authorization');
    const admission = await authenticator.authenticate(authorization);
    const wait =
      'grant' in admission
        ? await limiter.take(admission.grant.caller)
        : await strangers.take(c.get('address'));
    if ('grant' in admission) c.set('grant', admission.grant);
    if (wait > 0) {
      c.get('refused')('rate');
      return rpcError(429, -32_000, 'Too many requests', { 'retry-after': String(wait) });
    }
    if ('grant' in admission) return next();
    c.get('refused')(admission.refused);
    log('warn', 'not let in', {
      reqId: c.get('id'),
      address: c.get('address'),
      why: admission.why,
    });
    if (admission.refused === 'closed')
      return rpcError(503, -32_000, 'It cannot be told now who you are; try again later', {
        'retry-after': '5',
      });
    if (admission.refused === 'forbidden')
      return rpcError(403, -32_000, 'This token may do nothing here', {
        'www-authenticate': challenge('insufficient_scope'),
      });
    return rpcError(401, -32_000, 'A bearer token is needed', {
      'www-authenticate': challenge(authorization === undefined ? '' : 'invalid_token'),
    });
  };
}
