import type * as z from 'zod';
import type { Limits, Target, Tls } from '../http/endpoint.ts';
import { issueMessage } from './environment.ts';
import { common, type Configurable } from './fields.ts';
import type { Settings } from './settings.ts';

type Bounds = z.output<typeof common>;

const maxAnswerBytes = 32 * 2 ** 20;
const maxConnectMs = 3_000;

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
  const own = service.config.safeParse(valuesFor(service.config.shape, settings), once);
  const bounds = common.safeParse(valuesFor(common.shape, settings), once);
  if (own.success && bounds.success)
    return {
      ...service.connect(own.data),
      prefix: prefix.slice(0, -1),
      tls: tlsFrom(bounds.data),
      limits: limitsFrom(bounds.data),
    };
  return [...(own.error?.issues ?? []), ...(bounds.error?.issues ?? [])].map((issue) => {
    const field = String(issue.path[0] ?? '');
    const setting = settings.get(field);
    if (setting) return `${setting.variable}: ${issueMessage(issue)}`;
    return `${prefix}${field.toUpperCase()} ${issue.code === 'custom' ? issue.message : 'is missing'}`;
  });
}

const valuesFor = (shape: z.core.$ZodShape, settings: Settings): Record<string, string> =>
  Object.fromEntries(
    [...settings].flatMap(([field, { value }]) => (field in shape ? [[field, value]] : [])),
  );

const tlsFrom = (bounds: Bounds): Tls => ({
  caFile: bounds.tls_ca_file,
  fingerprint: bounds.tls_fingerprint,
  servername: bounds.tls_servername,
  verify: bounds.tls_verify,
});

/** A server that takes long to answer still takes its connection at once, so the connection gets a share of the time only. */
const limitsFrom = ({ timeout_ms, poll_ms, wait_ms }: Bounds): Limits => ({
  timeoutMs: timeout_ms,
  connectTimeoutMs: Math.min(maxConnectMs, timeout_ms * 0.75),
  maxBytes: maxAnswerBytes,
  pollMs: poll_ms,
  waitMs: wait_ms,
});
