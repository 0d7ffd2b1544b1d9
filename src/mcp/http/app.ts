import { Hono, type MiddlewareHandler } from 'hono';
import { errorText } from '../../core/call.ts';
import type { Runtime } from '../../core/runtime.ts';
import { approvalPage } from './approval-page.ts';
import type { Authenticator } from './auth/authenticate.ts';
import type { Endpoint } from './endpoint.ts';
import { requireToken, hostGuard, requestLog } from './middleware/request-log.ts';
import { tokenBucketLimiter, type RateLimiter } from './middleware/rate-limit.ts';
import type { LegacySse } from './legacy-sse.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { HonoEnv } from './hono-env.ts';
import { readinessOf } from './readiness.ts';
import { rpcError } from './rpc-error.ts';
import type { Settings } from './settings.ts';

export interface AppParts {
  settings: Settings;
  /** How clients reach it: scheme, name and port. */
  origin: string;
  runtime(): Runtime;
  authenticator: Authenticator;
  endpoint: Endpoint;
  limiter: RateLimiter;
  metrics: Metrics;
  log: Log;
  stopping(): boolean;
  legacySse?: LegacySse | undefined;
}

/** Every route: what anybody may ask, what takes a known name, and what takes a token. */
export function httpApp(parts: AppParts): Hono<HonoEnv> {
  const { settings, origin, runtime, authenticator, endpoint, limiter, metrics, log, stopping } =
    parts;
  const app = new Hono<HonoEnv>();
  const metadataUrl =
    settings.oidc_issuer === undefined
      ? undefined
      : `${origin}/.well-known/oauth-protected-resource/mcp`;
  const strangers = tokenBucketLimiter(30);
  const admit = requireToken(authenticator, limiter, strangers, metadataUrl, log);
  app.use(requestLog(settings.trusted_proxy, origin.startsWith('https:'), log, metrics));
  app.get('/healthz', (c) => c.text('alive\n'));
  app.get('/readyz', async (c) => {
    const readiness = stopping()
      ? { ready: false, why: ['stopping'] }
      : await readinessOf(runtime());
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
  app.use(hostGuard(settings));
  if (metadataUrl !== undefined)
    for (const path of [
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/mcp',
    ])
      app.get(path, (c) => c.json(protectedResource(origin, settings)));
  app.use('/approve/*', async (c, next) =>
    (await strangers.take(c.get('address'))) > 0
      ? rpcError(429, -32_000, 'Too many requests', { 'retry-after': '10' })
      : next(),
  );
  app.route('/approve', approvalPage(runtime, authenticator));
  app.get('/metrics', admit, async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  app.on(['GET', 'POST', 'DELETE'], '/mcp', admit, forClients, (c) =>
    stopping()
      ? rpcError(503, -32_000, 'Stopping', { connection: 'close', 'retry-after': '5' })
      : endpoint.handle(c.req.raw, c.get('grant')),
  );
  app.all('/mcp', admit, () =>
    rpcError(405, -32_000, 'Method not allowed', { allow: 'GET, POST, DELETE' }),
  );
  if (parts.legacySse) {
    app.use('/sse', admit, forClients);
    app.use('/messages', admit, forClients);
    parts.legacySse.routes(app);
  }
  app.notFound((c) => c.json({ error: 'nothing here' }, 404));
  app.onError((error, c) => {
    log('error', 'request failed', { reqId: c.get('id'), error: errorText(runtime(), error) });
    return rpcError(500, -32_603, 'Internal error');
  });
  return app;
}

/** RFC 9728: where a client gets a token for this server. */
const protectedResource = (
  origin: string,
  { oidc_issuer, oidc_read, oidc_write, oidc_approve }: Settings,
): object => ({
  resource: `${origin}/mcp`,
  authorization_servers: [oidc_issuer],
  scopes_supported: [...new Set([...oidc_read, ...oidc_write, ...oidc_approve])],
  bearer_methods_supported: ['header'],
  resource_name: 'Lares',
});

/** A token for approving opens the approval page and nothing else, so that it need never be where a model could reach it. */
const forClients: MiddlewareHandler<HonoEnv> = async (c, next) =>
  c.get('grant').only === 'approve'
    ? rpcError(403, -32_000, 'This token is for approving: it opens /approve, not /mcp')
    : next();
