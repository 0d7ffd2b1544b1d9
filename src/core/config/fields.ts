import * as z from 'zod';
import { levels } from '../gate/policy.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { Fingerprint } from './fingerprint.ts';
import type { Foreign } from './foreign.ts';
import { isSecret } from './secrets.ts';

/** What configuration needs to know of a service. */
export interface Configurable {
  id: string;
  config: z.ZodObject;
  /** The product's own variables that begin like the service's. */
  foreign?: Foreign;
  /** What can be switched off because it is not there, by name. */
  parts?: Readonly<Record<string, string>>;
  connect(config: unknown): Endpoint;
}

/** What every instance of every service may set besides its own fields. */
export const common = z.object({
  tls_ca_file: z.string().optional().describe('PEM file of the CA that signed its certificate'),
  tls_fingerprint: Fingerprint.optional().describe(
    'SHA-256 of its certificate, or of a CA in its chain',
  ),
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
  headers: z
    .string()
    .meta({ secret: true })
    .optional()
    .describe('Headers for an access proxy in front: Name: value, one a line'),
});

/** Fields that belong to the service as a whole, not to an instance. */
export const whole = z.object({
  writes: z.enum(levels).optional().describe('Tightens LARES_WRITES for this service'),
  without: z
    .string()
    .optional()
    .describe('Parts that are not there and not looked at, with commas; the service says which'),
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

/** The schema of any field that a service has; undefined for a name that is none. */
export function schemaOf(service: Configurable, field: string): z.core.$ZodType | undefined {
  const shapes: z.core.$ZodShape[] = [service.config.shape, common.shape, whole.shape];
  return shapes.find((shape) => Object.hasOwn(shape, field))?.[field];
}
