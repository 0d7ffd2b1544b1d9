import { cwd } from 'node:process';
import type * as z from 'zod';
import type { Endpoint, Limits, Target, Tls } from '../http/endpoint.ts';
import { issueMessage } from './environment.ts';
import { common, schemaOf, type Configurable } from './fields.ts';
import { ownHeader, parseHeaders, type Headers } from './headers.ts';
import { pathFrom } from './paths.ts';
import { isSecret } from './secrets.ts';
import type { Settings } from './settings.ts';
import { kindOfField } from './value-kind.ts';

type Bounds = z.output<typeof common>;

const maxAnswerBytes = 32 * 2 ** 20;
const usualConnectMs = 3_000;

/**
 * One instance out of its settings, or what is wrong with them, a sentence each. `prefix` ends with an underscore.
 * A service whose own check trips over a value is misconfigured; it must not take the others down with it, nor quote what may be a secret.
 */
export function targetFrom(
  service: Configurable,
  prefix: string,
  settings: Settings,
): Target | string[] {
  try {
    return parseTarget(service, prefix, settings);
  } catch {
    return [`${prefix}… cannot be understood: check each of its variables`];
  }
}

function parseTarget(service: Configurable, prefix: string, settings: Settings): Target | string[] {
  // Parsed once in a process's life: compiling the check would cost more than it saves, and every client's start pays for it.
  const once = { jitless: true } as const;
  const own = service.config.safeParse(valuesFor(service, service.config.shape, settings), once);
  const bounds = common.safeParse(valuesFor(service, common.shape, settings), once);
  if (!own.success || !bounds.success)
    return [...(own.error?.issues ?? []), ...(bounds.error?.issues ?? [])].flatMap((issue) =>
      issueText(service, issue, prefix, settings),
    );
  const endpoint = service.connect(own.data);
  const extra = extraHeaders(bounds.data.headers ?? '', endpoint);
  if (typeof extra === 'string') return [`${settings.get('headers')?.variable} ${extra}`];
  return {
    ...endpoint,
    ...(Object.keys(extra).length > 0 && withHeaders(endpoint, extra)),
    prefix: prefix.slice(0, -1),
    tls: tlsFrom(bounds.data),
    limits: limitsFrom(bounds.data),
  };
}

/** What is wrong with a field. Of a value that was unusable before it was read, that was said already. */
function issueText(
  service: Configurable,
  issue: z.core.$ZodIssue,
  prefix: string,
  settings: Settings,
): string[] {
  const field = String(issue.path[0] ?? '');
  const setting = settings.get(field);
  if (setting?.unusable) return [];
  const schema = schemaOf(service, field);
  // `TOKEN: must be …` would be taken for a secret and its value.
  const colon = schema && isSecret(schema) ? '' : ':';
  if (setting) return [`${setting.variable}${colon} ${issueMessage(issue)}`];
  return [
    `${prefix}${field.toUpperCase()} ${issue.code === 'custom' ? issue.message : 'is missing'}`,
  ];
}

function valuesFor(
  service: Configurable,
  shape: z.core.$ZodShape,
  settings: Settings,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [field, { value, unusable }] of settings) {
    const schema = schemaOf(service, field);
    if (unusable || !(field in shape) || !schema) continue;
    values[field] = kindOfField(field, schema) === 'path' ? pathFrom(cwd(), value) : value;
  }
  return values;
}

/** The operator's headers for a proxy, or why they cannot be sent. */
function extraHeaders(
  text: string,
  { headers: own, sessionHeaders = [] }: Endpoint,
): Headers | string {
  const parsed = parseHeaders(text);
  if ('problem' in parsed) return parsed.problem;
  const { headers } = parsed;
  const clash = ownHeader(headers, own) ?? sessionHeaders.find((name) => name in headers);
  return clash === undefined
    ? headers
    : `cannot set ${clash}: Lares sends that one itself, from the other variables`;
}

/** They go to one origin: where a service has a second server elsewhere, that one is not shown them. */
function withHeaders({ baseUrl, headers, also = {} }: Endpoint, extra: Headers): Partial<Endpoint> {
  const origin = new URL(baseUrl).origin;
  const others = Object.entries(also).map(([name, other]) => [
    name,
    new URL(other.baseUrl).origin === origin
      ? { ...other, headers: { ...extra, ...other.headers } }
      : other,
  ]);
  return { headers: { ...extra, ...headers }, also: Object.fromEntries(others) as typeof also };
}

const tlsFrom = (bounds: Bounds): Tls => ({
  caFile: bounds.tls_ca_file,
  fingerprint: bounds.tls_fingerprint,
  servername: bounds.tls_servername,
  verify: bounds.tls_verify,
});

/** A server that takes long to answer still takes its connection at once, so the connection gets a share of the time only: three seconds, unless somebody allows more than is usual. */
const limitsFrom = ({ timeout_ms, poll_ms, wait_ms }: Bounds): Limits => ({
  timeoutMs: timeout_ms,
  connectTimeoutMs: Math.min(Math.max(usualConnectMs, timeout_ms * 0.3), timeout_ms * 0.75),
  maxBytes: maxAnswerBytes,
  pollMs: poll_ms,
  waitMs: wait_ms,
});
