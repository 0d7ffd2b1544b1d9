import { join } from 'node:path';
import type { Env } from '../../core/config/env.ts';
import { ConfigError } from '../../core/base/errors.ts';
import type { Globals } from '../../core/config/globals.ts';
import { networkVariables, type NetworkField } from '../../core/config/network.ts';
import {
  parseVariable,
  readVariable,
  type ValuesOf,
  type Variable,
} from '../../core/config/variables.ts';

/** How the HTTP server was configured. */
export type Settings = ValuesOf<typeof networkVariables> & { tokensFile: string };

/** A flag of `lares serve` wins over its variable. Throws a ConfigError that names every value that cannot be read. */
export function readSettings(
  env: Env,
  flags: Partial<Record<NetworkField, string | undefined>>,
  { stateDir }: Pick<Globals, 'stateDir'>,
): Settings {
  const values: Partial<Record<NetworkField, unknown>> = {};
  const problems: string[] = [];
  for (const field of Object.keys(networkVariables) as NetworkField[]) {
    const described: Variable<unknown> = networkVariables[field];
    const flag = flags[field];
    const reading =
      flag === undefined
        ? readVariable(env, field, described)
        : parseVariable(field, described, flag);
    if (reading.problem === undefined) values[field] = reading.value;
    else problems.push(reading.problem);
  }
  if (problems.length > 0)
    throw new ConfigError(problems.join('; '), {
      hint: 'Nothing is served until that is mended.',
    });
  const settings = values as ValuesOf<typeof networkVariables>;
  if ((settings.tls_cert === undefined) !== (settings.tls_key === undefined))
    throw new ConfigError('TLS needs both --tls-cert and --tls-key');
  return { ...settings, tokensFile: settings.tokens_file ?? join(stateDir, 'tokens.json') };
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
