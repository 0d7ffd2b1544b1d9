import { readFileSync } from 'node:fs';
import type { Env } from './env.ts';

/** `LARES_…` variables that only the HTTP server and what it shares with other machines reads. Plain text: nothing is parsed where Lares speaks stdio. */
export const networkFields = {
  http_host: 'Address to listen on (default 127.0.0.1). Any other needs tokens or OIDC',
  http_port: 'Port to listen on (default 8765)',
  public_url: 'How clients and people reach it from outside: https://lares.example.net',
  allowed_hosts:
    'Names accepted in Host and Origin besides localhost and that of LARES_PUBLIC_URL, with commas',
  trusted_proxy:
    'Addresses of the proxy in front, with commas: only its X-Forwarded-For and X-Request-Id are believed',
  tls_cert: 'PEM file of the certificate, to serve HTTPS directly; read again when it changes',
  tls_key: 'PEM file of its key',
  tokens_file:
    'Bearer tokens (default: tokens.json in the state folder); made with `lares token add`',
  oidc_issuer: 'URL of the identity provider that signs the tokens of people and programs',
  oidc_audience: 'Audience a token must be made for (default: the URL of the endpoint)',
  oidc_read: 'Scopes or groups that may read, with commas (default: every valid token)',
  oidc_write: 'Scopes or groups that may write, with commas (default: lares:write)',
  oidc_approve:
    'Scopes or groups that may approve what others ask for, with commas (default: lares:approve)',
  oidc_groups_claim: 'Claim that holds the groups (default: groups)',
  rate_per_minute:
    'Requests one caller may make in a minute (default 1200); 0: as many as it likes',
  max_body_kb: 'Largest request in KiB (default 1024)',
  max_sessions: 'Sessions of the 2025 revisions at one time, all callers together (default 512)',
  session_idle_s: 'A session nobody uses ends after so many seconds (default 1800)',
  legacy_sse: 'true serves the transport of 2024 too, at /sse and /messages',
  state_url:
    'redis://… that several replicas share: codes, approvals, limits, notifications, order of the journal',
} as const;

export type NetworkField = keyof typeof networkFields;

/** `LARES_<FIELD>`, or what stands in the file that `LARES_<FIELD>_FILE` names; a file that cannot be read counts as not set. */
export function networkSetting(env: Env, field: NetworkField): string | undefined {
  const name = `LARES_${field.toUpperCase()}`;
  const file = env[`${name}_FILE`];
  if (env[name] || !file) return env[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
