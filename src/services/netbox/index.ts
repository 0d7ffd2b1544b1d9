import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';
import { defineService } from '../../core/service.ts';

const scheme = /^(?:token|bearer)\s+/i;

/** A v2 token (`nbt_…`, 4.5 and later) is a bearer token; a v1 token has NetBox's own word. The UI shows v2 tokens with the word in front. */
function authorization(token: string): string {
  const bare = token.trim().replace(scheme, '');
  return bare.startsWith('nbt_') ? `Bearer ${bare}` : `Token ${bare}`;
}

const isWhole = (token: string): boolean => {
  const bare = token.trim().replace(scheme, '');
  return !/\s/.test(bare) && (!bare.startsWith('nbt_') || bare.includes('.'));
};

export const netbox = defineService({
  id: 'netbox',
  title: 'NetBox',
  docs: 'https://netboxlabs.com/docs/netbox/integrations/rest-api/',
  instances: 'apart',
  secretShapes: [/\bnbt_[\w.-]{12,}/g],
  answers: 'what was documented, whose address this is: netbox_search, netbox_list_ips',
  config: z.object({
    url: HttpUrl.describe('Base URL, with or without /api'),
    token: z
      .string()
      .min(1)
      .refine(isWhole, 'must be one token: 40 characters (v1) or nbt_<key>.<secret> (v2)')
      .meta({ secret: true })
      .describe('API token, v1 or v2, write_enabled off'),
    compare_addresses: z.coerce
      .number()
      .int()
      .min(1)
      .max(5_000)
      .default(500)
      .describe('How many addresses service_health compares to find duplicates'),
  }),
  connect: ({ url, token, compare_addresses }) => ({
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
    headers: { authorization: authorization(token) },
    settings: {
      compareAddresses: compare_addresses,
      tokenVersion: authorization(token).startsWith('Bearer') ? 2 : 1,
    },
  }),
  load: () => import('./tools/index.ts'),
});
