import type { GraylogAccount } from '../../../demo/world/graylog-accounts.ts';
import type { World } from '../../../demo/world/index.ts';
import { Problem } from './problem.ts';

/** No credentials, or bad ones. The body is empty. */
export class Unauthorized extends Error {}

/** Who asks, and what that account may do. */
export class Access {
  readonly account: GraylogAccount;
  /** A token has no session, which matters to one call. */
  readonly byToken: boolean;

  constructor(account: GraylogAccount, byToken: boolean) {
    this.account = account;
    this.byToken = byToken;
  }

  has(permission: string): boolean {
    return this.permissions().some((granted) => implies(granted.split(':'), permission.split(':')));
  }

  permissions(): string[] {
    const { username, permissions, streams } = this.account;
    return [
      ...permissions,
      `users:edit:${username}`,
      `users:passwordchange:${username}`,
      `users:tokenlist:${username}`,
      ...(streams === 'all' ? [] : streams.map((id) => `streams:read:${id}`)),
    ];
  }

  /** Throws what Graylog answers to those who lack it. */
  demand(permission: string): void {
    if (!this.has(permission)) throw new Problem(403, 'Not authorized');
  }

  /** Whether a stream, by id, may be read. */
  reads(stream: string): boolean {
    const { streams } = this.account;
    return streams === 'all' || streams.includes(stream) || this.has(`streams:read:${stream}`);
  }
}

/** Shiro's WildcardPermission: a shorter one grants everything below it. */
const implies = (granted: readonly string[], required: readonly string[]): boolean =>
  granted.length <= required.length &&
  granted.every((part, i) => part === '*' || part === required[i]);

/** Whose credentials a request carries; throws Unauthorized. Basic only. The word `token` as password makes the user name an access token; credentials are read as US-ASCII (ShiroSecurityContextFilter). */
export function authenticate({ graylog, now }: World, header: string | undefined): Access {
  if (!header?.startsWith('Basic')) throw new Unauthorized();
  const [user, password] = Buffer.from(header.slice(header.indexOf(' ') + 1), 'base64')
    .toString('latin1')
    .replace(/[^\0-\x7f]/g, '\ufffd')
    .split(/:(.*)/s);
  if (user === undefined || password === undefined)
    throw new Problem(400, 'Invalid credentials in Authorization header');
  const byToken = password.toLowerCase() === 'token';
  const account = byToken
    ? graylog.accounts.find(({ tokens }) =>
        tokens.some(
          ({ value, expiresAt }) => value === user && (expiresAt === null || expiresAt > now()),
        ),
      )
    : graylog.accounts.find(
        (candidate) => candidate.username === user && candidate.password === password,
      );
  if (!account) throw new Unauthorized();
  return new Access(account, byToken);
}
