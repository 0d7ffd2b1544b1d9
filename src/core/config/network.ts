import * as z from 'zod';
import { variable } from './variables.ts';

const text = (): z.ZodType<string> => z.string();
const webUrl = (): z.ZodType<string> => z.url({ protocol: /^https?$/ });
const whole = (min: number, max: number) => (): z.ZodType<number> =>
  z.coerce.number().int().min(min).max(max);
/** Separated by commas. */
const list = (): z.ZodType<readonly string[]> =>
  z.string().transform((text) =>
    text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter(Boolean),
  );

const unbounded = Number.MAX_SAFE_INTEGER;
const none: readonly string[] = [];

/** `LARES_…` variables that only the HTTP server, and what it shares with other machines, reads. */
export const networkVariables = {
  http_host: variable({
    description: 'Address to listen on. Any but 127.0.0.1 needs tokens or OIDC',
    default: '127.0.0.1',
    schema: text,
  }),
  http_port: variable({
    description: 'Port to listen on',
    default: 8765,
    schema: whole(0, 65_535),
  }),
  public_url: variable({
    description: 'How clients and people reach it from outside: https://lares.example.net',
    default: undefined,
    kind: 'url',
    schema: () => webUrl().transform((url) => url.replace(/\/+$/, '')),
  }),
  allowed_hosts: variable({
    description:
      'Names accepted in Host and Origin besides localhost and that of LARES_PUBLIC_URL, with commas',
    default: none,
    kind: 'lines',
    schema: list,
  }),
  trusted_proxy: variable({
    description:
      'Addresses of the proxy in front, with commas: only its X-Forwarded-For and X-Request-Id are believed',
    default: none,
    kind: 'lines',
    schema: list,
  }),
  tls_cert: variable({
    description: 'PEM file of the certificate, to serve HTTPS directly; read again when it changes',
    default: undefined,
    kind: 'path',
    schema: text,
  }),
  tls_key: variable({
    description: 'PEM file of its key',
    default: undefined,
    kind: 'path',
    schema: text,
  }),
  tokens_file: variable({
    description:
      'Bearer tokens (default: tokens.json in the state folder); made with `lares token add`',
    kind: 'path',
    anchored: true,
    default: undefined,
    schema: text,
  }),
  oidc_issuer: variable({
    description: 'URL of the identity provider that signs the tokens of people and programs',
    default: undefined,
    kind: 'url',
    schema: webUrl,
  }),
  oidc_audience: variable({
    description: 'Audience a token must be made for (default: the URL of the endpoint)',
    default: undefined,
    schema: text,
  }),
  oidc_read: variable({
    description: 'Scopes or groups that may read, with commas (default: every valid token)',
    default: none,
    schema: list,
  }),
  oidc_write: variable({
    description: 'Scopes or groups that may write, with commas',
    default: ['lares:write'],
    schema: list,
  }),
  oidc_approve: variable({
    description: 'Scopes or groups that may approve what others ask for, with commas',
    default: ['lares:approve'],
    schema: list,
  }),
  oidc_groups_claim: variable({
    description: 'Claim that holds the groups',
    default: 'groups',
    schema: text,
  }),
  rate_per_minute: variable({
    description: 'Requests one caller may make in a minute; 0: as many as it likes',
    default: 1_200,
    schema: whole(0, unbounded),
  }),
  max_body_kb: variable({
    description: 'Largest request in KiB',
    default: 1_024,
    schema: whole(1, 16_384),
  }),
  max_sessions: variable({
    description: 'Sessions of the 2025 revisions at one time, all callers together',
    default: 512,
    schema: whole(1, 100_000),
  }),
  session_idle_s: variable({
    description: 'A session nobody uses ends after so many seconds',
    default: 1_800,
    schema: whole(1, unbounded),
  }),
  legacy_sse: variable({
    description: 'true serves the transport of 2024 too, at /sse and /messages',
    default: false,
    schema: () => z.stringbool(),
  }),
  state_url: variable({
    description:
      'redis://… that several replicas share: codes, approvals, limits, notifications, order of the journal',
    default: undefined,
    schema: () => z.url({ protocol: /^rediss?$/ }),
  }),
} as const;

/** `LARES_<FIELD>` in lower case. */
export type NetworkField = keyof typeof networkVariables;
