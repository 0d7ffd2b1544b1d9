import * as z from 'zod';
import { recordTypes } from '../../../core/http/dns.ts';
import { lines, table } from '../../../core/base/table.ts';
import { read } from '../client.ts';
import { NameOrAddress } from '../domain.ts';
import { lookUp } from '../lookup.ts';
import { recordText } from '../records.ts';

const Answer = z.object({
  type: z.enum(recordTypes),
  status: z.enum(['answered', 'no such record', 'no such name', 'refused', 'failed', 'no answer']),
  values: z.array(z.string()),
  chain: z.array(z.string()).describe('CNAMEs on the way'),
  ttlSeconds: z.int().optional(),
  problem: z.string().optional(),
});
const InstanceLookup = z.object({
  instance: z.string(),
  configured: z
    .array(
      z.object({
        name: z.string(),
        type: z.enum(['A', 'AAAA', 'CNAME']),
        value: z.string(),
        ttlSeconds: z.int().optional(),
      }),
    )
    .optional()
    .describe('Local records on the way; missing: its API did not say'),
  answers: z.array(Answer).describe('What its resolver answered just now'),
  blocked: z.boolean(),
  blockedBy: z.array(z.string()).optional().describe('Lists that have the name'),
  problem: z.string().optional(),
});
type InstanceLookup = z.output<typeof InstanceLookup>;

export const lookup = read({
  name: 'dns_lookup',
  title: 'Look up a name',
  description:
    'Look a name up on every Pi-hole: what is configured, what each really answers over DNS, and whether it is blocked.',
  example: { domain: 'files.lab.example.net' },
  input: z.strictObject({ domain: NameOrAddress.describe('Name or IP address') }),
  output: z.object({
    domain: z.string(),
    agree: z.boolean().describe('Every instance answered the same'),
    instances: z.array(InstanceLookup),
  }),
  async run({ domain }, pihole) {
    const views = await pihole.all((one) => lookUp(one, domain));
    const instances = views.map(({ instance, value: { configured, ...value } }) => ({
      instance,
      ...value,
      ...(configured && {
        configured: configured.map(({ name, type, value: to, ttlSeconds }) => ({
          name,
          type,
          value: to,
          ...(ttlSeconds !== undefined && { ttlSeconds }),
        })),
      }),
    }));
    return { domain, agree: new Set(instances.map(essence)).size === 1, instances };
  },
  text: ({ domain, agree, instances }) =>
    lines(
      `${domain}: ${instances.length === 1 ? inShort(instances[0]) : agree ? `${instances.map(({ instance }) => instance).join(' and ')} agree: ${inShort(instances[0])}` : `the instances DIFFER: ${instances.map((one) => `${one.instance} ${inShort(one)}`).join('; ')}`}.`,
      table(
        instances.flatMap(({ instance, answers }) =>
          answers.map((answer) => ({ instance, ...answer })),
        ),
        {
          instance: ({ instance }) => instance,
          type: ({ type }) => type,
          status: ({ status, problem }) => (problem ? `${status}: ${problem}` : status),
          answer: ({ values }) => values.join(', '),
          via: ({ chain }) => chain.join(' → '),
          ttl: ({ ttlSeconds }) => (ttlSeconds === undefined ? undefined : `${ttlSeconds} s`),
        },
      ),
      alike(
        instances,
        'Configured on',
        ({ configured }) =>
          configured && (configured.map(recordText).join('; ') || 'nothing (no local record)'),
      ),
      alike(instances, 'Listed on', ({ blockedBy }) => blockedBy?.join(', ')),
      ...instances
        .filter(({ problem }) => problem)
        .map(({ instance, problem }) => `Not known of ${instance}: ${problem}`),
    ),
});

const essence = ({ answers, blocked }: InstanceLookup): string =>
  JSON.stringify([
    blocked,
    answers.map(({ type, status, values, chain }) => [type, status, values, chain]),
  ]);

function inShort(one: InstanceLookup | undefined): string {
  if (!one) return 'nobody answered';
  if (one.blocked) return 'blocked';
  const values = one.answers.flatMap(({ values: found }) => found);
  return values.length > 0
    ? values.join(', ')
    : one.answers.map(({ type, status }) => `${type} ${status}`).join(', ');
}

/** What each instance says, those that say the same on one line. */
function alike(
  instances: readonly InstanceLookup[],
  what: string,
  of: (one: InstanceLookup) => string | undefined,
): string {
  const said = new Map<string, string[]>();
  for (const one of instances) {
    const text = of(one);
    if (text !== undefined) said.set(text, [...(said.get(text) ?? []), one.instance]);
  }
  return [...said].map(([text, names]) => `${what} ${names.join(' and ')}: ${text}`).join('\n');
}
