import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import {
  majorOf,
  titleOf,
  type Probe,
  type Product,
  type Recipe,
  type RecipeFor,
  type Setup,
} from '../../core/setup.ts';

/** Its page has its name; whether the API is on, and of which generation, tells the refusal of a call without a key. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const page = await get(path`/`);
  const health = parseJson((await get(path`/healthz`))?.text ?? '');
  if (!isObject(health) || health['status'] !== 'ok' || !/n8n/i.test(titleOf(page)))
    return undefined;
  const refusal = await get(path`/api/v1/workflows`);
  const body = parseJson(refusal?.text ?? '');
  const metrics = await get(path`/metrics`);
  const version = /n8n_version_info\{version="v([\d.]+)/.exec(metrics?.text ?? '')?.[1];
  if (!isObject(body) || typeof body['message'] !== 'string')
    return {
      version,
      unsupported:
        'Its public API does not answer at /api/v1: it may be switched off (N8N_PUBLIC_API_DISABLED), renamed, or still starting',
    };
  return { version: version ?? (/header required/.test(body['message']) ? '1' : '2') };
}

function recipes({ url, version }: RecipeFor): Recipe[] {
  const scopes =
    majorOf(version) === 1
      ? [
          'In 1.x a key may do whatever its account may, unless n8n has an Enterprise licence: make it in an account of its own with which the workflows are shared.',
        ]
      : ['Give it the scopes workflow:list, execution:list and execution:read, and no other.'];
  return [
    {
      title: 'an API key',
      lines: [`In ${url}: Settings > n8n API > Create an API key.`, ...scopes],
      fields: [{ field: 'api_key' }],
    },
  ];
}

export const setup: Setup = {
  ports: [
    { port: 5678, scheme: 'http' },
    { port: 443, scheme: 'https' },
  ],
  names: /^n8n(?![a-z])/i,
  recognise,
  recipes,
};
