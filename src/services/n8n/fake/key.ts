import { createHmac } from 'node:crypto';

/** An API key as n8n makes them: a JWT. `scopes` only bind from 2.x. Times ms. */
export interface Key {
  text: string;
  scopes: readonly string[];
  endsAt: number | null;
  /** Ids of the workflows its account owns or shares; all when absent. */
  sees?: readonly string[];
}

/** The scopes that the README asks for. */
export const readScopes = ['workflow:list', 'execution:list', 'execution:read'];

const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');

/** A key made at `madeAt` (ms), with read scopes and without an end unless told otherwise. */
export function key(
  madeAt: number,
  { scopes = readScopes, endsAt = null, ...rest }: Partial<Omit<Key, 'text'>> = {},
): Key {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    sub: '235b0035-9d38-4758-9982-19391bfdfd41',
    iss: 'n8n',
    aud: 'public-api',
    jti: 'a0f8d30e-3604-4ece-ad1b-f03090ae0491',
    iat: seconds(madeAt),
    ...(endsAt !== null && { exp: seconds(endsAt) }),
  })}`;
  return {
    text: `${body}.${createHmac('sha256', 'the instance settings of a made-up n8n').update(body).digest('base64url')}`,
    scopes,
    endsAt,
    ...rest,
  };
}
