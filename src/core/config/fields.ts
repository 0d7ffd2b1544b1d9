import * as z from 'zod';
import { levels } from '../gate/policy.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { isSecret } from './secrets.ts';

/** What configuration needs to know of a service. */
export interface Configurable {
  id: string;
  config: z.ZodObject;
  parts?: Readonly<Record<string, string>>;
  connect(config: unknown): Endpoint;
}

/** What every instance of every service may set besides its own fields. */
export const common = z.object({
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
export const whole = z.object({
  writes: z.enum(levels).optional().describe('Tightens LARES_WRITES for this service'),
  without: z
    .string()
    .optional()
    .describe('Parts that do not exist here, with commas: they are not looked at'),
});

/** One variable of a service, for people. */
export interface Field {
  name: string;
  variable: string;
  description: string;
  required: boolean;
  /** What holds when it is not set. */
  default: unknown;
  secret: boolean;
}

/** What the variables of a service begin with: `PIHOLE_`. */
export const prefixOf = (service: Pick<Configurable, 'id'>): string =>
  `${service.id.toUpperCase()}_`;

/** Every variable of a service, for the documentation, `lares init` and `lares doctor`. */
export function fieldsOf(service: Configurable): { own: Field[]; common: Field[] } {
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

/** Whether the value of a service's own field is a secret. */
export function isSecretField(service: Configurable, field: string): boolean {
  const schema = service.config.shape[field];
  return schema !== undefined && isSecret(schema);
}
