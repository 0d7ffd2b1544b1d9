import { InputError, LaresError } from '../../../core/base/errors.ts';
import type { Grant } from './grant.ts';
import type { TokenFile } from './tokens.ts';
import { exposure, type Exposing, type Settings } from '../settings.ts';

/** Tokens of an identity provider: who holds one, or an InputError that says why it does not count. */
export interface Provider {
  grantFor(token: string): Promise<Grant>;
}

/** `stranger`: no credentials, or wrong ones. `closed`: it cannot be told now who this is. */
export type Authentication =
  | { grant: Grant }
  | { refused: 'stranger' | 'forbidden' | 'closed'; why: string };

/** Decides who is asking, from the Authorization header alone. */
export interface Authenticator {
  /** Nobody is asked for a token: this machine alone is served, and no token was ever made. */
  readonly open: boolean;
  authenticate(authorization: string | undefined): Promise<Authentication>;
}

const local: Grant = { caller: 'local', write: true, approve: false, services: 'all' };

/** Asks the file of tokens first, then the identity provider where there is one. Throws only what neither of them means to say. */
export function createAuthenticator(
  settings: Exposing & Pick<Settings, 'oidc_issuer'>,
  tokens: TokenFile,
  provider: Provider | undefined,
): Authenticator {
  const isOpen = (): boolean =>
    exposure(settings) === undefined && settings.oidc_issuer === undefined && !tokens.exists;
  return {
    get open() {
      return isOpen();
    },
    async authenticate(authorization) {
      if (isOpen()) return { grant: local };
      const token = /^bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '')?.[1];
      if (token === undefined)
        return {
          refused: 'stranger',
          why: authorization === undefined ? 'no token' : 'not a bearer token',
        };
      try {
        const grant = tokens.holder(token);
        if (grant) return { grant };
        return provider
          ? { grant: await provider.grantFor(token) }
          : { refused: 'stranger', why: 'unknown token' };
      } catch (error) {
        if (error instanceof ForbiddenError) return { refused: 'forbidden', why: error.message };
        if (error instanceof InputError) return { refused: 'stranger', why: error.message };
        if (error instanceof LaresError) return { refused: 'closed', why: error.message };
        throw error;
      }
    },
  };
}

/** A genuine token that may do nothing here. */
export class ForbiddenError extends InputError {}
