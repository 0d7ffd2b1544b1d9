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
  blocked: z.boolean().optional().describe('Missing: not known'),
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
    const lookups = await pihole.all((instance) => lookUp(instance, domain));
    const instances = lookups.map(({ instance, value: { configured, ...value } }) => ({
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
    return { domain, agree: new Set(instances.map(essenceOf)).size === 1, instances };
  },
  text: ({ domain, agree, instances }) =>
    lines(
      `${domain}: ${summary(agree, instances)}.`,
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
      groupedText(
        instances,
        'Configured on',
        ({ configured }) =>
          configured && (configured.map(recordText).join('; ') || 'nothing (no local record)'),
      ),
      groupedText(instances, 'Listed on', ({ blockedBy }) => blockedBy?.join(', ')),
      ...instances
        .filter(({ problem }) => problem)
        .map(({ instance, problem }) => `Not known of ${instance}: ${problem}`),
    ),
});

/** Equal exactly when two instances answered the same. */
const essenceOf = ({ answers, blocked }: InstanceLookup): string =>
  JSON.stringify([
    blocked,
    answers.map(({ type, status, values, chain }) => [type, status, values, chain]),
  ]);

function summary(agree: boolean, instances: readonly InstanceLookup[]): string {
  const [first] = instances;
  if (!first) return 'nobody answered';
  if (instances.length === 1) return answerText(first);
  if (agree)
    return `${instances.map(({ instance }) => instance).join(' and ')} agree: ${answerText(first)}`;
  const texts = instances.map((lookup) => `${lookup.instance} ${answerText(lookup)}`);
  return `the instances DIFFER: ${texts.join('; ')}`;
}

function answerText({ blocked, answers }: InstanceLookup): string {
  if (blocked) return 'blocked';
  const addresses = answers.flatMap(({ values }) => values);
  if (addresses.length > 0) return addresses.join(', ');
  return answers.map(({ type, status }) => `${type} ${status}`).join(', ');
}

/** What each instance says, those that say the same on one line. */
function groupedText(
  instances: readonly InstanceLookup[],
  what: string,
  textOf: (lookup: InstanceLookup) => string | undefined,
): string {
  const names = new Map<string, string[]>();
  for (const lookup of instances) {
    const text = textOf(lookup);
    if (text !== undefined) names.set(text, [...(names.get(text) ?? []), lookup.instance]);
  }
  return [...names].map(([text, group]) => `${what} ${group.join(' and ')}: ${text}`).join('\n');
}
