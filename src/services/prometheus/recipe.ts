import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import type { Probe, Product, Recipe, RecipeField, RecipeFor, Setup } from '../../core/setup.ts';

/** Pages of its web interface that people copy the address of. */
const ownPage =
  /\/(?:graph|query|alerts|targets|rules|config|flags|status|tsdb-status|service-discovery|classic)$/;

const alertmanager: RecipeField = { field: 'alertmanager_url', optional: true };

/** Without a login it tells its version; with one it says no word but that it wants it, like many others. */
async function recognise({ get, path: below }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api/v1/status/buildinfo`);
  const body = parseJson(answer?.text ?? '');
  if (isObject(body) && body['status'] === 'success' && isObject(body['data'])) {
    const { version } = body['data'];
    const health = await get(path`/-/healthy`);
    const variant = /^(\w+) is Healthy/i.exec(health?.text ?? '')?.[1];
    return {
      ...(typeof version === 'string' && { version }),
      open: true,
      ...(variant && { notes: [`It calls itself ${variant}, which answers as Prometheus does.`] }),
    };
  }
  const wantsLogin =
    answer?.status === 401 &&
    /^basic/i.test(answer.headers['www-authenticate'] ?? '') &&
    answer.text.trim() === 'Unauthorized';
  // Every path is refused alike, those of its own pages too.
  return wantsLogin && !ownPage.test(below)
    ? {
        unsure:
          'It asks for a user and a password before it says what it is. Prometheus with basic auth does so, and others do too',
      }
    : undefined;
}

function recipes({ open }: RecipeFor): Recipe[] {
  if (open)
    return [
      {
        title: 'no login',
        lines: ['It asks nobody who they are: nothing has to be made.'],
        fields: [alertmanager],
      },
    ];
  return [
    {
      title: 'a user of its basic auth',
      lines: [
        'Prometheus has no roles: who may read it may read all of it. A user of its own can be taken away alone.',
        'This asks for a new password and prints a line for `basic_auth_users:` in the file that --web.config.file names:',
        '',
        'htpasswd -nBC 10 lares',
      ],
      fields: [{ field: 'username', suggestion: 'lares' }, { field: 'password' }, alertmanager],
    },
    {
      title: 'a token for a proxy in front of it',
      lines: ['The proxy in front makes it. It needs to let through only GET and POST of /api/v1.'],
      fields: [{ field: 'bearer_token' }, alertmanager],
    },
  ];
}

export const setup: Setup = {
  ports: [
    { port: 9090, scheme: 'http' },
    { port: 9090, scheme: 'https' },
  ],
  names: /^(?:prometheus|prom)(?![a-z])(?!.*exporter)/i,
  recognise,
  recipes,
};
