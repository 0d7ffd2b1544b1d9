import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `npm run new <id> [title]`: a tenth service that compiles, answers in the demo, and is waiting for its upstream's words. */
export function newService(root: URL, id: string, title: string): string[] {
  if (!/^[a-z][a-z0-9]*$/.test(id))
    throw new Error(
      `${id} is not an id: lower case letters and digits, as its variables will begin with it`,
    );
  const folder = new URL(`src/services/${id}/`, root);
  if (existsSync(folder)) throw new Error(`src/services/${id} is there already`);
  const files = Object.entries(templates(id, title));
  for (const [name, content] of files) {
    const file = new URL(name, folder);
    mkdirSync(dirname(file.pathname), { recursive: true });
    writeFileSync(file, content);
  }
  const index = new URL('src/services/index.ts', root);
  const before = readFileSync(index, 'utf8');
  writeFileSync(
    index,
    before
      .replace(/\n\n\/\*\*/, `\nimport { ${id} } from './${id}/index.ts';\n\n/**`)
      .replace(/\];\s*$/, `, ${id}];\n`),
  );
  return files.map(([name]) => `src/services/${id}/${name}`);
}

const templates = (id: string, title: string): Record<string, string> => ({
  'index.ts': `import * as z from 'zod';
import { HttpUrl } from '../../core/http-url.ts';
import { defineService } from '../../core/service.ts';

export const ${id} = defineService({
  id: '${id}',
  title: '${title}',
  docs: 'https://example.org/',
  instances: 'apart',
  config: z.object({
    url: HttpUrl.describe('Base URL'),
    token: z.string().min(1).meta({ secret: true }).describe('API token'),
  }),
  connect: ({ url, token }) => ({ baseUrl: url.replace(/\\/+$/, ''), headers: { authorization: \`Bearer \${token}\` } }),
  load: () => import('./tools/index.ts'),
});
`,
  'schema.ts': `import * as z from 'zod';

/** \`GET /status\`. */
export const Status = z.object({ version: z.string() });

/** \`GET /things\`: only the fields that are used, in our words. */
export const Thing = z.object({ name: z.string(), up: z.boolean() });
export type Thing = z.output<typeof Thing>;
`,
  'client.ts': `import * as z from 'zod';
import { path } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { Status, Thing } from './schema.ts';

export const { read, write, health, doctor } = defineClient({
  reads: (http) => ({
    status: () => http.get(path\`/status\`, Status),
    things: () => http.get(path\`/things\`, z.array(Thing)),
  }),
});
`,
  'health.ts': `import { health as examine } from './client.ts';

export const health = examine(async (service) => {
  const [status] = await service.all((one) => one.status());
  const things = (await service.all((one) => one.things())).flatMap(({ value }) => value);
  const down = things.filter(({ up }) => !up);
  return {
    version: status?.value.version,
    headline: \`things \${things.length - down.length}/\${things.length} up\`,
    facts: { things: things.length },
    findings: down.map(({ name }) => ({ id: \`${id}.thing-down/\${name}\`, severity: 'critical', subject: name, message: \`\${name} is down\`, next: { tool: '${id}_list_things', arguments: {} } })),
  };
});
`,
  'doctor.ts': `import { doctor as examine } from './client.ts';

export const doctor = examine(async (one) => ({ version: (await one.status()).version, rights: [{ what: 'read things', granted: (await one.things()).length >= 0 }] }));
`,
  'tools/things.ts': `import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/table.ts';
import { read } from '../client.ts';
import { Thing } from '../schema.ts';

export const listThings = read({
  name: '${id}_list_things',
  title: 'List things',
  description: 'List every thing and whether it is up.',
  input: z.strictObject({ limit: Limit }),
  output: z.object({ things: z.array(Thing.extend({ instance: z.string() })), total: z.int() }),
  async run({ limit }, service) {
    const { rows: things, total } = cut(rows(await service.all((one) => one.things())), limit);
    return { things, total };
  },
  text: ({ things, total }) => lines(\`\${total} things\`, table(things, { thing: ({ name }) => name, state: ({ up }) => (up ? 'up' : 'down') }), omitted(things.length, total, 'filter')),
});
`,
  'tools/index.ts': `import { listThings } from './things.ts';

export { health } from '../health.ts';
export { doctor } from '../doctor.ts';
export const tools = [listThings];
`,
  'examples.ts': `import type { JsonObject } from '../../core/json.ts';

/** Arguments with which each tool works on the demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = { ${id}_list_things: {} };
`,
  'fake.ts': `import type { StartFake } from '../../demo/fake-service.ts';
import { json, loopback } from '../../demo/loopback.ts';

const token = 'demo-${id}-token';

/** ${title} in memory. Never kinder than the real one: its auth, its errors, its quirks. */
export const fake: StartFake = async () => {
  const server = await loopback(({ method, path, headers }) => {
    if (headers.authorization !== \`Bearer \${token}\`) return json({ error: 'unauthorized' }, 401);
    if (method === 'GET' && path === '/status') return json({ version: '1.0' });
    if (method === 'GET' && path === '/things') return json([{ name: 'first', up: true }]);
    return json({ error: 'not found' }, 404);
  });
  return { env: { ${id.toUpperCase()}_URL: server.url, ${id.toUpperCase()}_TOKEN: token }, servers: [server], close: () => server.close() };
};
`,
  [`${id}.test.ts`]: `import { describe, expect, it } from 'vitest';
import { lab } from '../../../test/harness.ts';

describe('${id}_list_things', () => {
  it('asks once, and says how each is', async () => {
    const { call, requests } = await lab({ only: ['${id}'] });
    const { text } = await call('${id}_list_things');
    expect(text).toBe('1 things\\nthing  state\\nfirst  up');
    expect(requests('${id}').map(({ method, path }) => [method, path])).toEqual([['GET', '/things']]);
  });
});
`,
  'README.md': `# ${title}

## Credentials that can do no more than they must

## Tested versions

## Limits
`,
});

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [id = '', title = id] = process.argv.slice(2);
  for (const file of newService(new URL('../', import.meta.url), id, title)) console.log(file);
  console.log("Now: npm run gen, then put in the upstream's own words, one file at a time.");
}
