import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import type { MiddlewareHandler } from 'hono';
import { rpcError, type HonoEnv } from '../request.ts';
import { isLoopback, type Settings } from '../settings.ts';

/** A page in a browser can send requests here under a name of its own (DNS rebinding): only known names are answered. */
export function hostGuard({
  allowed_hosts,
  public_url,
  http_host,
}: Settings): MiddlewareHandler<HonoEnv> {
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
