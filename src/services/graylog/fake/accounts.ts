import type { GraylogAccount } from '../../../demo/world/graylog-accounts.ts';
import { day } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/system/sessions', run: session },
  { method: 'GET', path: '/users/{}', run: user },
  { method: 'GET', path: '/users/{}/tokens', run: tokens },
];

/** 5.0 fails for a token, which has no session; later ones give the name beside `is_valid: false` (pull request 15298). */
function session({ access, version }: Call): unknown {
  if (version < 501)
    throw new Problem(
      500,
      'Cannot invoke "org.apache.shiro.session.Session.getAttribute(Object)" because "session" is null',
    );
  return { is_valid: false, session_id: null, username: access.account.username };
}

function user({ world, access, id }: Call): unknown {
  if (!access.has(`users:edit:${id}`)) throw new Problem(403, `Not allowed to view user ${id}`);
  const account = world.graylog.accounts.find(({ username }) => username === id);
  if (!account) throw new Problem(404, `Couldn't find user ${id}`);
  return {
    id: idOf(world, account),
    username: id,
    email: `${id}@lab.example.net`,
    full_name: id,
    permissions: access.permissions(),
    grn_permissions: [],
    preferences: null,
    roles: [],
    read_only: false,
    external: false,
  };
}

const idOf = ({ graylog }: World, account: GraylogAccount): string =>
  `66f1c0de0000000000000d${graylog.accounts.indexOf(account).toString(16).padStart(2, '0')}`;

/** By the id of the user, not its name. What asks was used just now; nobody else has asked for days. Tokens end since 6.2. */
function tokens({ world, access, version, id }: Call): unknown {
  const account = world.graylog.accounts.find((candidate) => idOf(world, candidate) === id);
  if (!account) throw new Problem(404, `Couldn't find user ${id}`);
  if (!access.has(`users:tokenlist:${account.username}`))
    throw new Problem(403, `Not allowed to list tokens for user ${account.username}`);
  return {
    tokens: account.tokens.map(({ name, expiresAt }, i) => ({
      id: `66f1c0de0000000000000f${i.toString(16).padStart(2, '0')}`,
      name,
      last_access: new Date(world.now() - i * 9 * day).toISOString(),
      ...(version >= 602 && {
        created_at: null,
        expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      }),
    })),
  };
}
