import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { nearest } from '../base/nearest.ts';
import { levels } from '../gate/policy.ts';
import { isSecret } from './secrets.ts';
import type { Limits, Target, Tls } from '../http/endpoint.ts';
import type { Service } from '../service.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What every instance of every service may set besides its own fields. */
const common = z.object({
  tls_ca_file: z.string().optional().describe('PEM file of the CA that signed its certificate'),
  tls_fingerprint: z
    .string()
    .regex(/^([0-9a-f]{2}:?){32}$/i, 'must be a SHA-256 fingerprint (AA:BB:…)')
    .optional()
    .describe('SHA-256 of its certificate, or of a CA in its chain'),
  tls_servername: z.string().optional().describe('Name its certificate is checked against'),
  tls_verify: z
    .stringbool()
    .default(true)
    .describe('false accepts any certificate; said aloud at every start'),
  timeout_ms: z.coerce
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(10_000)
    .describe('Longest wait for one whole answer'),
  poll_ms: z.coerce
    .number()
    .int()
    .min(1)
    .max(60_000)
    .default(1_000)
    .describe('How often a running task is asked for its state'),
  wait_ms: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(45_000)
    .describe('How long a write waits for a slow task before it hands over'),
});

/** Fields that belong to the service as a whole, not to an instance. */
const whole = z.object({
  writes: z.enum(levels).optional().describe('Tightens LARES_WRITES for this service'),
});

export interface Field {
  name: string;
  variable: string;
  description: string;
  required: boolean;
  /** What holds when it is not set. */
  default: unknown;
  secret: boolean;
}

export const prefixOf = (service: Pick<Service, 'id'>): string => `${service.id.toUpperCase()}_`;

/** Every variable of a service, for the documentation, `lares init` and `lares doctor`. */
export function fieldsOf(service: Service): { own: Field[]; common: Field[] } {
  const list = (shape: z.core.$ZodShape): Field[] =>
    Object.entries(shape).map(([name, field]) => {
      const { success, data } = (field as z.ZodType).safeParse(undefined);
      return {
        name,
        variable: prefixOf(service) + name.toUpperCase(),
        description: (field as z.ZodType).description ?? '',
        required: !success,
        default: data,
        secret: isSecret(field),
      };
    });
  return { own: list(service.config.shape), common: list({ ...common.shape, ...whole.shape }) };
}

/** How one service is configured: `on` when every instance parses, `off` when nothing is set, `invalid` in between. */
export interface ServiceConfig {
  state: 'on' | 'off' | 'invalid';
  targets: ReadonlyMap<string, Target>;
  writes: (typeof levels)[number] | undefined;
  secrets: readonly string[];
  /** Why it is invalid: a sentence each. */
  problems: readonly string[];
  /** Odd, but it works: unknown variables, checks that are switched off. */
  warnings: readonly string[];
}

interface Setting {
  variable: string;
  value: string;
}
type Settings = Map<string, Setting>;

export function configureService(service: Service, env: Env): ServiceConfig {
  const { instances, problems, warnings } = gather(service, env);
  const shared = instances.get('') ?? new Map<string, Setting>();
  const named = [...instances].filter(([name]) => name !== '');
  const writes = whole.shape.writes.safeParse(shared.get('writes')?.value);
  if (!writes.success)
    problems.push(`${shared.get('writes')?.variable}: must be one of ${levels.join(', ')}`);
  shared.delete('writes');
  if (named.length > 0)
    warnings.push(
      ...lostDefaults(
        service,
        shared,
        named.map(([, settings]) => settings),
      ),
    );
  const all = named.length > 0 ? named : shared.size > 0 ? ([['default', shared]] as const) : [];
  const targets = new Map<string, Target>();
  for (const [name, settings] of all) {
    const prefix = prefixOf(service) + (named.length > 0 ? `${name.toUpperCase()}_` : '');
    const made = understandable(prefix, () =>
      target(service, prefix, new Map([...shared, ...settings])),
    );
    if (Array.isArray(made)) problems.push(...made);
    else targets.set(name, made);
    if (!Array.isArray(made) && !made.tls.verify && made.baseUrl.startsWith('https:'))
      warnings.push(
        `${prefix}TLS_VERIFY=false: anybody on the network can pose as this server. \`lares doctor\` shows the fingerprint to pin instead.`,
      );
  }
  const secrets = [...instances.values()].flatMap((settings) =>
    [...settings].flatMap(([field, { value }]) => (isSecretField(service, field) ? [value] : [])),
  );
  const state = problems.length > 0 ? 'invalid' : targets.size > 0 ? 'on' : 'off';
  return {
    state,
    targets: state === 'on' ? targets : new Map(),
    writes: writes.success ? writes.data : 'off',
    secrets,
    problems,
    warnings,
  };
}

const isSecretField = (service: Service, field: string): boolean => {
  const schema = service.config.shape[field];
  return schema !== undefined && isSecret(schema);
};

/** `<PREFIX>[_<INSTANCE>]_<FIELD>[_FILE]`, the longest known field first, by instance. Empty values count as not set. */
function gather(
  service: Service,
  env: Env,
): { instances: Map<string, Settings>; problems: string[]; warnings: string[] } {
  const prefix = prefixOf(service);
  const fields = [
    ...Object.keys(service.config.shape),
    ...Object.keys(common.shape),
    ...Object.keys(whole.shape),
  ].sort((a, b) => b.length - a.length);
  const instances = new Map<string, Settings>();
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || !raw) continue;
    const rest = variable.slice(prefix.length).toLowerCase();
    const known =
      locate(rest, fields) ??
      (rest.endsWith('_file') ? locate(rest.slice(0, -5), fields) : undefined);
    if (!known) {
      const near = nearest(rest, fields);
      warnings.push(
        `${variable} is not known${near ? `. Did you mean ${prefix}${near.toUpperCase()}?` : ''}`,
      );
      continue;
    }
    const value = locate(rest, fields) ? raw : contents(raw);
    if (value === undefined) problems.push(`${variable}: ${raw} cannot be read`);
    else
      instances.set(
        known.instance,
        (instances.get(known.instance) ?? new Map<string, Setting>()).set(known.field, {
          variable,
          value,
        }),
      );
  }
  return { instances, problems, warnings };
}

function locate(
  rest: string,
  fields: readonly string[],
): { instance: string; field: string } | undefined {
  const field = fields.find((name) => rest === name || rest.endsWith(`_${name}`));
  return field === undefined
    ? undefined
    : { field, instance: rest.slice(0, -field.length).replace(/_$/, '') };
}

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A service whose own check trips over a value is misconfigured; it must not take the others down with it, nor quote what may be a secret. */
function understandable(prefix: string, make: () => Target | string[]): Target | string[] {
  try {
    return make();
  } catch {
    return [`${prefix}… cannot be understood: check each of its variables`];
  }
}

function target(service: Service, prefix: string, settings: Settings): Target | string[] {
  const pick = (shape: z.core.$ZodShape): Record<string, string> =>
    Object.fromEntries(
      [...settings].flatMap(([field, { value }]) => (field in shape ? [[field, value]] : [])),
    );
  // Parsed once in a process's life: compiling the check would cost more than it saves, and every client's start pays for it.
  const once = { jitless: true } as const;
  const own = service.config.safeParse(pick(service.config.shape), once);
  const bounds = common.safeParse(pick(common.shape), once);
  if (own.success && bounds.success) {
    const {
      tls_ca_file,
      tls_fingerprint,
      tls_servername,
      tls_verify,
      timeout_ms,
      poll_ms,
      wait_ms,
    } = bounds.data;
    const tls: Tls = {
      caFile: tls_ca_file,
      fingerprint: tls_fingerprint,
      servername: tls_servername,
      verify: tls_verify,
    };
    const limits: Limits = {
      timeoutMs: timeout_ms,
      connectTimeoutMs: Math.min(3_000, timeout_ms * 0.75),
      maxBytes: 32 * 2 ** 20,
      pollMs: poll_ms,
      waitMs: wait_ms,
    };
    return { ...service.connect(own.data), prefix: prefix.slice(0, -1), tls, limits };
  }
  return [...(own.error?.issues ?? []), ...(bounds.error?.issues ?? [])].map((issue) => {
    const field = String(issue.path[0] ?? '');
    const setting = settings.get(field);
    if (setting) return `${setting.variable}: ${issueMessage(issue)}`;
    return `${prefix}${field.toUpperCase()} ${issue.code === 'custom' ? issue.message : 'is missing'}`;
  });
}

/** What is wrong with a value, for somebody who never heard of NaN. */
export const issueMessage = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' && issue.expected === 'number' ? 'must be a number' : issue.message;

/** A default that every instance overrides is a server somebody meant and nobody asks. */
const lostDefaults = (service: Service, shared: Settings, named: readonly Settings[]): string[] =>
  [...shared].flatMap(([field, { variable }]) =>
    field === 'url' && named.every((settings) => settings.has('url'))
      ? [`${variable} is used by no instance: give it a name too (${prefixOf(service)}<NAME>_URL)`]
      : [],
  );
