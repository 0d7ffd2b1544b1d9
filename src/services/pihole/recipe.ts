import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import type { HttpResponse, Probe, Product, Recipe, RecipeFor, Setup } from '../../core/setup.ts';

/** `/api/auth` tells everybody whether there is a session: the shape is Pi-hole's own, from version 6 on. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api/auth`);
  const body = parseJson(answer?.text ?? '');
  if (!isObject(body) || !isObject(body['session']))
    return recogniseOld(await get(path`/admin/api.php`));
  const { valid, sid } = body['session'];
  if (typeof valid !== 'boolean' || sid === undefined) return undefined;
  return valid
    ? {
        version: '6',
        open: true,
        notes: ['Whoever reaches it can change everything: it asks for no password.'],
      }
    : { version: '6' };
}

/** Version 5 signs its pages. */
const recogniseOld = (answer: HttpResponse | undefined): Product | undefined =>
  answer?.headers['x-pi-hole'] === undefined
    ? undefined
    : {
        version: '5',
        unsupported: 'Version 5 has another API. `pihole -up` brings version 6, which Lares knows',
      };

function recipes({ url, open, writes }: RecipeFor): Recipe[] {
  const records = writes
    ? [
        '',
        'Records are settings, so an app password needs leave to change them. In a root shell of that machine:',
        '',
        'pihole-FTL --config webserver.api.app_sudo true',
      ]
    : [];
  const password: Recipe = {
    title: 'an app password',
    lines: [
      `In ${url}/admin/settings/api (Settings > Web interface / API, with Expert at the top right): Configure app password > Enable new app password.`,
      'It is shown once, needs no second factor and, as it comes, changes no setting. There is one at a time: what used the one before has to be given the new one.',
      ...records,
    ],
    fields: [{ field: 'password' }],
  };
  return open ? [{ title: 'no password', lines: [], fields: [] }] : [password];
}

export const setup: Setup = {
  ports: [
    { port: 443, scheme: 'https' },
    { port: 80, scheme: 'http' },
  ],
  names: /^(?:pi-?hole|dns\d*)(?![a-z])(?!.*exporter)/i,
  writes: 'add and remove local DNS records',
  fingerprint: 'openssl x509 -noout -fingerprint -sha256 -in /etc/pihole/tls.pem',
  recognise,
  recipes,
};
