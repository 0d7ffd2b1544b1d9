import { isObject, parseJson } from '../../core/base/json.ts';
import { isWebPage } from '../../core/http/index.ts';
import { path } from '../../core/http/path.ts';
import {
  majorOf,
  type Probe,
  type Product,
  type Recipe,
  type RecipeFor,
  type Setup,
} from '../../core/setup.ts';

/** The root of its API greets everybody with the version; what is stricter still signs every answer, its web pages too. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api/`);
  const body = parseJson(answer?.text ?? '');
  const greeting = isObject(body) && 'cluster_id' in body && 'tagline' in body ? body : undefined;
  const isSigned = answer?.headers['x-graylog-node-id'] !== undefined && !isWebPage(answer);
  if (greeting === undefined && !isSigned) return undefined;
  const version = greeting?.['version'];
  if (typeof version !== 'string') return {};
  const major = majorOf(version);
  return {
    version: version.replace(/\+.*$/, ''),
    ...(major !== undefined &&
      major < 5 && { unsupported: 'Lares searches the way that 5.0 and later share' }),
  };
}

function recipes({ url, version }: RecipeFor): Recipe[] {
  const expires = (majorOf(version) ?? 7) >= 6;
  return [
    {
      title: 'an access token',
      lines: [
        `In ${url} as an administrator:`,
        '1. System > Users and Teams > Create user: lares, with the role Reader and a long password that nobody keeps.',
        '2. Streams > (each stream it may search) > Share > lares as Viewer. Nothing is readable before.',
        `3. System > Users and Teams > lares > Edit tokens > Create token.${expires ? ' From 6.2 on it ends after 30 days unless the form says otherwise; Lares warns a week before.' : ''}`,
        '',
        'Failures, notifications and index sets need a role that only the API can make: `lares resources manual/graylog` has the two commands. Without it the three are named as not checked.',
      ],
      fields: [{ field: 'token' }],
    },
    {
      title: 'a user and its password',
      lines: [
        `In ${url} as an administrator: System > Users and Teams > Create user, with the role Reader; then Streams > (each) > Share > the user as Viewer.`,
      ],
      fields: [{ field: 'username', suggestion: 'lares' }, { field: 'password' }],
    },
  ];
}

export const setup: Setup = {
  ports: [
    { port: 9000, scheme: 'http' },
    { port: 9000, scheme: 'https' },
    { port: 443, scheme: 'https' },
  ],
  names: /^graylog(?![a-z])(?!.*exporter)/i,
  recognise,
  recipes,
};
