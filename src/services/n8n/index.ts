import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

/** `https://host/path` as the editor has it, or the API itself (its first segment can be renamed by N8N_PUBLIC_API_ENDPOINT). */
function places(url: string): { root: string; api: string } {
  const given = url.replace(/\/+$/, '');
  const [, root] = /^(.+?)\/[^/]+\/v1$/.exec(given) ?? [];
  return root ? { root, api: given } : { root: given, api: `${given}/api/v1` };
}

/** When a key ends, in milliseconds; keys are JWTs, and the oldest kind (`n8n_api_…`) tells nothing. */
export function expiryOf(key: string): number | undefined {
  const [, claims = ''] = key.split('.');
  const end = /"exp":(\d{9,11})\b/.exec(Buffer.from(claims, 'base64url').toString())?.[1];
  return end === undefined ? undefined : Number(end) * 1000;
}

export const n8n = defineService({
  id: 'n8n',
  title: 'n8n',
  docs: 'https://docs.n8n.io/api/',
  instances: 'apart',
  answers: 'which workflow failed and why: n8n_list_executions',
  config: z.object({
    url: HttpUrl.describe('Base URL, as in the browser; with N8N_PATH'),
    api_key: z
      .string()
      .regex(/^\S+$/, 'must be one key without blanks')
      .meta({ secret: true })
      .describe('API key (Settings > n8n API)'),
    stuck_minutes: z.coerce
      .number()
      .int()
      .min(1)
      .default(360)
      .describe('A run that lasts longer than this is stuck (minutes)'),
    key_warn_days: z.coerce
      .number()
      .int()
      .min(0)
      .default(14)
      .describe('Warn when the API key ends within this many days'),
  }),
  connect: ({ url, api_key, stuck_minutes, key_warn_days }) => {
    const { root, api } = places(url);
    return {
      baseUrl: api,
      headers: { 'x-n8n-api-key': api_key },
      // Metrics live outside the API and take no key.
      also: { root: { baseUrl: root, headers: {} } },
      settings: {
        stuckMinutes: stuck_minutes,
        keyWarnDays: key_warn_days,
        keyEndsAt: expiryOf(api_key),
      },
    };
  },
  load: () => import('./tools/index.ts'),
});
