import { Hono, type MiddlewareHandler } from 'hono';
import { errorText } from '../../core/call.ts';
import type { Runtime } from '../../core/runtime.ts';
import { approvalPage } from './approval-page.ts';
import type { Authenticator } from './auth/authenticate.ts';
import type { Endpoint } from './endpoint.ts';
import { hostGuard } from './middleware/host-guard.ts';
import { tokenBucketLimiter, type RateLimiter } from './middleware/rate-limit.ts';
import { requestLog } from './middleware/request-log.ts';
import { requireToken } from './middleware/require-token.ts';
import type { LegacySse } from './legacy-sse.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { readinessOf } from './readiness.ts';
import { rpcError, type HonoEnv } from './request.ts';
import type { Settings } from './settings.ts';

/** What the routes stand on. */
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

/** Every route, from outside to inside: what anybody may ask, what takes a known host name, and what takes a token. */
export function httpApp(parts: AppParts): Hono<HonoEnv> {
  const { settings, origin, runtime, log, metrics } = parts;
  const strangers = tokenBucketLimiter(30);
  const app = new Hono<HonoEnv>();
  app.use(
    requestLog({
      trusted: settings.trusted_proxy,
      secure: origin.startsWith('https:'),
      paths: () => app.routes.map(({ path }) => path),
      log,
      metrics,
    }),
  );
  probeRoutes(app, parts);
  app.use(hostGuard(settings));
  const metadataUrl =
    settings.oidc_issuer === undefined
      ? undefined
      : `${origin}/.well-known/oauth-protected-resource/mcp`;
  if (metadataUrl !== undefined) metadataRoutes(app, parts);
  approvalRoutes(app, parts, strangers);
  const { authenticator, limiter } = parts;
  const admit = requireToken({ authenticator, limiter, strangers, metadataUrl, log });
  app.get('/metrics', admit, async (c) =>
    c.body(await metrics.text(c.get('grant').services), 200, {
      'content-type': metrics.contentType,
    }),
  );
  protocolRoutes(app, parts, admit);
  app.notFound((c) => c.json({ error: 'nothing here' }, 404));
  app.onError((error, c) => {
    log('error', 'request failed', { reqId: c.get('id'), error: errorText(runtime(), error) });
    return rpcError(500, -32_603, 'Internal error');
  });
  return app;
}

/** Whether it is alive, and whether it is ready: asked by what runs it, under any name. */
function probeRoutes(app: Hono<HonoEnv>, { runtime, stopping }: AppParts): void {
  app.get('/healthz', (c) => c.text('alive\n'));
  app.get('/readyz', async (c) => {
    const readiness = stopping()
      ? { ready: false, why: ['stopping'] }
      : await readinessOf(runtime());
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
}

function metadataRoutes(app: Hono<HonoEnv>, { origin, settings }: AppParts): void {
  const metadata = protectedResource(origin, settings);
  app.get('/.well-known/oauth-protected-resource', (c) => c.json(metadata));
  app.get('/.well-known/oauth-protected-resource/mcp', (c) => c.json(metadata));
}

/** The page asks for the operator's token itself; who guesses codes is slowed down like who guesses tokens. */
function approvalRoutes(
  app: Hono<HonoEnv>,
  { runtime, authenticator }: AppParts,
  strangers: RateLimiter,
): void {
  app.use('/approve/*', async (c, next) =>
    (await strangers.take(c.get('address'))) > 0
      ? rpcError(429, -32_000, 'Too many requests', { 'retry-after': '10' })
      : next(),
  );
  app.route('/approve', approvalPage(runtime, authenticator));
}

function protocolRoutes(
  app: Hono<HonoEnv>,
  { endpoint, legacySse, stopping }: AppParts,
  admit: MiddlewareHandler<HonoEnv>,
): void {
  app.on(['GET', 'POST', 'DELETE'], ['/mcp', '/mcp/'], admit, forClients, (c) =>
    stopping()
      ? rpcError(503, -32_000, 'Stopping', { connection: 'close', 'retry-after': '5' })
      : endpoint.handle(c.req.raw, c.get('grant')),
  );
  for (const path of ['/mcp', '/mcp/'])
    app.all(path, admit, () =>
      rpcError(405, -32_000, 'Method not allowed', { allow: 'GET, POST, DELETE' }),
    );
  if (!legacySse) return;
  app.use('/sse', admit, forClients);
  app.use('/messages', admit, forClients);
  legacySse.routes(app);
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
