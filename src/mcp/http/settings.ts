import { join } from 'node:path';
import * as z from 'zod';
import type { Env } from '../../core/config/env.ts';
import { ConfigError } from '../../core/base/errors.ts';
import type { Globals } from '../../core/config/globals.ts';
import { networkFields, networkSetting, type NetworkField } from '../../core/config/network.ts';

const list = (fallback = '') =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    );

const Settings = z.object({
  http_host: z.string().default('127.0.0.1'),
  http_port: z.coerce.number().int().min(0).max(65_535).default(8765),
  public_url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  allowed_hosts: list(),
  trusted_proxy: list(),
  tls_cert: z.string().optional(),
  tls_key: z.string().optional(),
  tokens_file: z.string().optional(),
  oidc_issuer: z.url({ protocol: /^https?$/ }).optional(),
  oidc_audience: z.string().optional(),
  oidc_read: list(),
  oidc_write: list('lares:write'),
  oidc_approve: list('lares:approve'),
  oidc_groups_claim: z.string().default('groups'),
  rate_per_minute: z.coerce.number().int().min(0).default(1_200),
  max_body_kb: z.coerce.number().int().min(1).max(16_384).default(1_024),
  max_sessions: z.coerce.number().int().min(1).max(100_000).default(512),
  session_idle_s: z.coerce.number().int().min(1).default(1_800),
  legacy_sse: z.stringbool().default(false),
  state_url: z.url({ protocol: /^rediss?$/ }).optional(),
} satisfies Record<NetworkField, z.ZodType>);

/** How the HTTP server was configured; a flag of `lares serve` wins over its variable. */
export type Settings = z.output<typeof Settings> & { tokensFile: string };

/** Reads flags and variables. Throws a ConfigError that names every one that cannot be understood: nothing is served then. */
export function readSettings(
  env: Env,
  flags: Partial<Record<NetworkField, string | undefined>>,
  { stateDir }: Pick<Globals, 'stateDir'>,
): Settings {
  const fields = Object.keys(networkFields) as NetworkField[];
  const raw = Object.fromEntries(
    fields.map((field) => [field, flags[field] ?? networkSetting(env, field)]),
  );
  const parsed = Settings.safeParse(raw);
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues
        .map(({ path, message }) => `LARES_${String(path[0]).toUpperCase()}: ${message}`)
        .join('; '),
      { hint: 'Nothing is served until that is mended.' },
    );
  const { tls_cert, tls_key, tokens_file } = parsed.data;
  if ((tls_cert === undefined) !== (tls_key === undefined))
    throw new ConfigError('TLS needs both --tls-cert and --tls-key');
  return { ...parsed.data, tokensFile: tokens_file ?? join(stateDir, 'tokens.json') };
}

/** Whether a host name or address means this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** How others can reach it; undefined: this machine alone can. A proxy on this machine opens it to whoever reaches the proxy. */
export function exposure({
  http_host,
  public_url,
  trusted_proxy,
  allowed_hosts,
}: Exposing): string | undefined {
  if (!isLoopback(http_host)) return `Listening on ${http_host}`;
  if (public_url !== undefined && !isLoopback(new URL(public_url).hostname.replace(/^\[|\]$/g, '')))
    return `Serving ${public_url}`;
  return trusted_proxy.length > 0 || allowed_hosts.length > 0
    ? 'Serving behind a proxy or under other names'
    : undefined;
}

/** The settings that decide who can reach it. */
export type Exposing = Pick<
  Settings,
  'http_host' | 'public_url' | 'trusted_proxy' | 'allowed_hosts'
>;

/** Whoever can reach the address can use it: without authentication that may only be this machine. Throws a ConfigError otherwise. */
export function refuseOpenDoor(settings: Settings, hasTokens: boolean): void {
  const exposed = exposure(settings);
  if (exposed === undefined || hasTokens || settings.oidc_issuer !== undefined) return;
  throw new ConfigError(`${exposed} without authentication would let everybody in who reaches it`, {
    hint: `Make a token first: lares token add laptop --scope read (kept in ${settings.tokensFile}), or set LARES_OIDC_ISSUER. To serve this machine alone, leave out --host, and the public URL, proxy and host names.`,
  });
}

/** How clients reach it: `http://127.0.0.1:8765`, without a path. */
export const originOf = ({ public_url, http_host, tls_cert }: Settings, port: number): string =>
  public_url ??
  `${tls_cert === undefined ? 'http' : 'https'}://${http_host.includes(':') ? `[${http_host}]` : http_host}:${port}`;
