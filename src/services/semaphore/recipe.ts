import { isWebPage, mediaType } from '../../core/http/index.ts';
import { path } from '../../core/http/path.ts';
import {
  titleOf,
  type Probe,
  type Product,
  type Recipe,
  type RecipeFor,
  type Setup,
} from '../../core/setup.ts';

/** Any server may say pong; together with its page it is Semaphore. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api/ping`);
  if (answer?.text.trim() !== 'pong' || mediaType(answer) !== 'text/plain') return undefined;
  const page = await get(path`/`);
  return page && isWebPage(page) && /semaphore/i.test(titleOf(page) || page.text) ? {} : undefined;
}

function recipes({ url, writes }: RecipeFor): Recipe[] {
  return [
    {
      title: 'an API token',
      lines: [
        `In ${url}:`,
        '1. As an administrator, Users > New User: lares, not an admin. A token may do whatever its user may.',
        `2. In every project that Lares shall see, Team > Add: lares as ${writes ? 'Task Runner' : 'Guest'}.`,
        '3. Sign in as lares, then API tokens > New token (from 2.14 on; `lares resources manual/semaphore` has the commands for older ones).',
      ],
      fields: [{ field: 'token' }],
    },
  ];
}

export const setup: Setup = {
  ports: [
    { port: 3000, scheme: 'http' },
    { port: 443, scheme: 'https' },
  ],
  names: /^semaphore(?![a-z])/i,
  writes: 'run job templates',
  recognise,
  recipes,
};
