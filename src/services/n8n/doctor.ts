import { doctor as defineDoctor } from './client.ts';

const neededScopes = ['workflow:list', 'execution:list', 'execution:read'] as const;
const rightNames = {
  'workflow:list': 'list workflows',
  'execution:list': 'list runs',
  'execution:read': 'read why a run failed',
} as const;
const harmless = /:(?:list|read)$/;
const makeKey =
  'Settings > n8n API > Create an API key, with only workflow:list, execution:list and execution:read';

/** What the key may do. In 1.x a key may do whatever its account may, whatever its scopes say, unless n8n has an Enterprise licence. */
export const doctor = defineDoctor(async (client) => {
  const [release, version] = await Promise.all([client.release(), client.version()]);
  const { scopes } = release;
  if (scopes === undefined) {
    await Promise.all([client.workflows({ active: true }), client.executions({}, 1)]);
    const fix =
      release.major === 1
        ? 'Scopes do not bind in 1.x without a licence: make the key in an account that owns only what Lares should see'
        : makeKey;
    return {
      version: version ?? `${release.major}.x`,
      rights: [
        { what: 'list workflows and runs', granted: true },
        { what: 'do nothing but read', granted: 'unknown', fix },
      ],
    };
  }
  const writeScopes = scopes.filter((scope) => !harmless.test(scope));
  return {
    version: version ?? '2.x',
    rights: [
      ...neededScopes.map((scope) => ({
        what: `${rightNames[scope]} (${scope})`,
        granted: scopes.includes(scope),
        ...(!scopes.includes(scope) && { fix: makeKey }),
      })),
      {
        what: 'do nothing but read',
        granted: writeScopes.length === 0 ? true : ('unknown' as const),
        ...(writeScopes.length > 0 && {
          fix: `It also holds ${writeScopes.length} scopes that write (${writeScopes.slice(0, 3).join(', ')}…), which Lares never uses. ${makeKey}`,
        }),
      },
    ],
  };
});
