import { doctor as doctorOf } from './client.ts';

const needed = ['workflow:list', 'execution:list', 'execution:read'] as const;
const verbs = {
  'workflow:list': 'list workflows',
  'execution:list': 'list runs',
  'execution:read': 'read why a run failed',
} as const;
const harmless = /:(?:list|read)$/;
const make =
  'Settings > n8n API > Create an API key, with only workflow:list, execution:list and execution:read';

/** In 1.x a key may do whatever its account may, whatever its scopes say, unless n8n has an Enterprise licence. */
export const doctor = doctorOf(async (one) => {
  const [release, version] = await Promise.all([one.release(), one.version()]);
  const { scopes } = release;
  if (scopes === undefined) {
    await Promise.all([one.workflows({ active: true }), one.executions({}, 1)]);
    const unheld =
      release.major === 1
        ? 'Scopes do not bind in 1.x without a licence: make the key in an account that owns only what Lares should see'
        : make;
    return {
      version: version ?? `${release.major}.x`,
      rights: [
        { what: 'list workflows and runs', granted: true },
        { what: 'do nothing but read', granted: 'unknown', fix: unheld },
      ],
    };
  }
  const more = scopes.filter((scope) => !harmless.test(scope));
  return {
    version: version ?? '2.x',
    rights: [
      ...needed.map((scope) => ({
        what: `${verbs[scope]} (${scope})`,
        granted: scopes.includes(scope),
        ...(!scopes.includes(scope) && { fix: make }),
      })),
      {
        what: 'do nothing but read',
        granted: more.length === 0 ? true : ('unknown' as const),
        ...(more.length > 0 && {
          fix: `It also holds ${more.length} scopes that write (${more.slice(0, 3).join(', ')}…), which Lares never uses. ${make}`,
        }),
      },
    ],
  };
});
