import type { MiddlewareHandler } from 'hono';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Log } from '../log.ts';
import { rpcError, type HonoEnv } from '../request.ts';
import type { RateLimiter } from './rate-limit.ts';

export interface RequireTokenParts {
  authenticator: Authenticator;
  /** Counts callers that are known, by their name. */
  limiter: RateLimiter;
  /** Counts those that are not, by address. */
  strangers: RateLimiter;
  /** URL of the protected resource metadata (RFC 9728), where an identity provider is configured. */
  metadataUrl: string | undefined;
  log: Log;
}

/** Lets in who has a token, as fast as the limit allows. Strangers are counted by address, so that guessing is slow and the log stays readable. */
export function requireToken({
  authenticator,
  limiter,
  strangers,
  metadataUrl,
  log,
}: RequireTokenParts): MiddlewareHandler<HonoEnv> {
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
        'www-authenticate': challenge('insufficient_scope', metadataUrl),
      });
    const error = authorization === undefined ? undefined : 'invalid_token';
    return rpcError(401, -32_000, 'A bearer token is needed', {
      'www-authenticate': challenge(error, metadataUrl),
    });
  };
}

/** RFC 6750: what is missing, and where to get it. */
function challenge(error: string | undefined, metadataUrl: string | undefined): string {
  const parts = ['realm="lares"'];
  if (error !== undefined) parts.push(`error="${error}"`);
  if (metadataUrl !== undefined) parts.push(`resource_metadata="${metadataUrl}"`);
  return `Bearer ${parts.join(', ')}`;
}
