import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/system/sessions', run: session },
  { method: 'GET', path: '/users/{}', run: user },
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
    id: '66f1c0de0000000000000d01',
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
