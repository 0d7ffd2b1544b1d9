import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

const scheme = /^(?:token|bearer)\s+/i;
const withoutScheme = (token: string): string => token.trim().replace(scheme, '');

function isWhole(token: string): boolean {
  const bare = withoutScheme(token);
  return !/\s/.test(bare) && (!bare.startsWith('nbt_') || bare.includes('.'));
}

/** The variables, `NETBOX_…`. */
export const config = z.object({
  url: HttpUrl.describe('Base URL, with or without /api'),
  token: z
    .string()
    .min(1)
    .refine(isWhole, 'must be one token, 40 characters (v1) or nbt_<key>.<secret> (v2)')
    .meta({ secret: true })
    .describe('API token, v1 or v2, write_enabled off'),
  compare_addresses: z.coerce
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(500)
    .describe('How many addresses service_health compares to find duplicates'),
});

/** Variables of Terraform's, Ansible's and other clients of NetBox, and of its container image. */
export const foreign = {
  names: [/^NETBOX_(?:API_TOKEN|API_URL|SERVER_URL|SUPERUSER_\w+)$/],
  families: [
    /^NETBOX_(?:API|SERVER|DOCKER|CONFIG|CONFIGURATION|DB|REDIS|SUPERUSER|PLUGINS|ALLOW|STRIP|SKIP|REQUEST|CUSTOM)(?:_|$)/,
    /^NETBOX_(?:VERSION|PORT|ROOT|INSECURE|HEADERS_JSON)$/,
  ],
};

/** What the client knows besides the address. */
export interface Settings {
  /** A number of addresses. */
  compareAddresses: number;
  tokenVersion: 1 | 2;
}

/** The Authorization header. A v2 token (`nbt_…`, 4.5 and later) is a bearer token; a v1 token has NetBox's own word. The UI shows v2 tokens with the word in front. */
export function authorization(token: string): string {
  const bare = withoutScheme(token);
  return bare.startsWith('nbt_') ? `Bearer ${bare}` : `Token ${bare}`;
}
