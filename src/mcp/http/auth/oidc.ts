import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { InputError, UnreachableError } from '../../../core/base/errors.ts';
import type { Grant } from './grant.ts';
import { ForbiddenError, type Provider } from './authenticate.ts';
import type { Settings } from '../settings.ts';

/** Only signatures that the provider alone can make: with a shared secret, whoever can check a token could make one. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

type Rules = Pick<Settings, 'oidc_read' | 'oidc_write' | 'oidc_approve' | 'oidc_groups_claim'>;

/** Signed tokens (JWT) of one issuer for one audience, checked against the keys it publishes (OpenID Connect Discovery 1.0, RFC 9068). */
export function oidcProvider(issuer: string, audience: string, rules: Rules): Provider {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  // Kept once they were found; a failure is tried again with the next token.
  const keysOf = async (): Promise<JWTVerifyGetKey> => {
    try {
      return await (keys ??= discoverKeys(issuer));
    } catch (error) {
      keys = undefined;
      throw error;
    }
  };
  return {
    async grantFor(token) {
      if (token.split('.').length !== 3) throw new InputError('unknown token');
      const key = await keysOf();
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer: [issuer, `${issuer}/`, issuer.replace(/\/$/, '')],
          audience,
          algorithms,
          requiredClaims: ['sub', 'exp'],
          clockTolerance: 10,
        });
        return grantOf(payload, rules);
      } catch (cause) {
        if (
          cause instanceof errors.JWKSTimeout ||
          !(cause instanceof errors.JOSEError || cause instanceof InputError)
        )
          throw new UnreachableError('The identity provider does not answer', { cause });
        throw cause instanceof InputError ? cause : new InputError(cause.code, { cause });
      }
    },
  };
}

/** Where the issuer publishes its keys. Throws an UnreachableError when it does not answer, or answers as somebody else. */
async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    const { issuer: named, jwks_uri: keys } = (await answer.json()) as {
      issuer?: unknown;
      jwks_uri?: unknown;
    };
    if (
      typeof named !== 'string' ||
      named.replace(/\/$/, '') !== issuer.replace(/\/$/, '') ||
      typeof keys !== 'string'
    )
      throw new Error('it does not name itself and its keys');
    return createRemoteJWKSet(new URL(keys), { timeoutDuration: 5_000 });
  } catch (cause) {
    throw new UnreachableError(`The identity provider ${url} does not answer as one`, { cause });
  }
}

/** What the claims of a token allow. Throws a ForbiddenError when that is nothing. Scopes and groups are names alike: a provider that cannot issue scopes of ours has groups. */
export function grantOf(
  payload: JWTPayload,
  { oidc_read, oidc_write, oidc_approve, oidc_groups_claim }: Rules,
): Grant {
  const names = new Set(
    ['scope', 'scp', oidc_groups_claim].flatMap((claim) => wordsOf(payload[claim])),
  );
  const any = (accepted: readonly string[]): boolean => accepted.some((name) => names.has(name));
  const [write, approve] = [any(oidc_write), any(oidc_approve)];
  if (!write && !approve && oidc_read.length > 0 && !any(oidc_read))
    throw new ForbiddenError('none of its scopes or groups may read here');
  const services = [...names]
    .filter((name) => name.startsWith(servicePrefix))
    .map((name) => name.slice(servicePrefix.length));
  return {
    caller: `oidc:${payload.sub ?? ''}`,
    write,
    approve,
    services: services.length > 0 ? new Set(services) : 'all',
  };
}

/** A scope or group like `lares:service:ID` limits its holder to the services that are named so. */
const servicePrefix = 'lares:service:';

/** A claim is a list, or words with spaces between. */
function wordsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}
