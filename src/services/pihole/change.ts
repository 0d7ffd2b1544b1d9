import * as z from 'zod';
import type { Fleet } from '../../core/fleet.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { lines, table } from '../../core/base/table.ts';
import type { Reads, ChangeStep } from './client.ts';
import { recordText, type DnsRecord } from './records.ts';

/** A change of one record, decided. An instance without steps has nothing to do. */
export type Change = {
  verb: 'add' | 'remove';
  record: DnsRecord;
  steps: Record<string, ChangeStep[]>;
  /** The order in which instances restart, when they must. */
  order: string[];
  /** Instances the change leaves out, and why. */
  left: Record<string, string>;
  /** The call that completes what this one leaves open. */
  again: { tool: string; arguments: JsonObject };
};

const outcomes = [
  'added',
  'removed',
  'already there',
  'not there',
  'restarting',
  'left alone',
  'failed',
] as const;
export const Result = z.object({
  record: z.string(),
  instances: z.array(
    z.object({ instance: z.string(), outcome: z.enum(outcomes), detail: z.string().optional() }),
  ),
  complete: z.boolean().describe('Every instance is as planned'),
  again: z
    .object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })
    .optional()
    .describe('The call that completes it'),
});
type Result = z.output<typeof Result>;
type Row = Result['instances'][number];

type Both = Reads & { change(steps: readonly ChangeStep[]): Promise<void> };

/** Carries a change out, one instance after another. While a resolver that had to restart is away, or its change failed, the next one is left alone. */
export async function applyChange(
  { verb, record, steps, order, left, again }: Change,
  pihole: Fleet<Both>,
): Promise<z.input<typeof Result>> {
  const restarts = record.type === 'CNAME';
  let away: string | undefined;
  const one = async (instance: Both, name: string): Promise<Omit<Row, 'instance'>> => {
    const todo = steps[name] ?? [];
    if (left[name] !== undefined) return { outcome: 'left alone', detail: left[name] };
    if (todo.length === 0) return { outcome: verb === 'add' ? 'already there' : 'not there' };
    if (away !== undefined)
      return {
        outcome: 'left alone',
        detail: `until ${away} answers again: two resolvers must not be away at once`,
      };
    if (!restarts) return hosts(instance, verb, record, todo);
    away = name;
    const done = await cname(instance, name, verb, record, todo);
    if (done.outcome !== 'restarting') away = undefined;
    return done;
  };
  const rows = new Map(
    (await pihole.each(one, order)).map(({ instance, value }) => [instance, value]),
  );
  const instances = [...new Set([...order, ...Object.keys(left)])].sort().map((name): Row => ({
    instance: name,
    ...(rows.get(name) ??
      (left[name] === undefined
        ? { outcome: 'failed' as const }
        : { outcome: 'left alone' as const, detail: left[name] })),
  }));
  const complete = instances.every(({ outcome }) =>
    ['added', 'removed', 'already there', 'not there'].includes(outcome),
  );
  return { record: recordText(record), instances, complete, ...(!complete && { again }) };
}

async function hosts(
  instance: Both,
  verb: Change['verb'],
  record: DnsRecord,
  steps: readonly ChangeStep[],
): Promise<Omit<Row, 'instance'>> {
  await instance.change(steps);
  const seen = await instance.waitUntilAnswered(record, verb === 'add');
  return {
    outcome: verb === 'add' ? 'added' : 'removed',
    detail: seen
      ? `its resolver ${verb === 'add' ? 'answers with it' : 'no longer answers with it'}`
      : 'stored, but its resolver does not show it yet: see dns_lookup',
  };
}

async function cname(
  instance: Both,
  name: string,
  verb: Change['verb'],
  record: DnsRecord,
  steps: readonly ChangeStep[],
): Promise<Omit<Row, 'instance'>> {
  const before = await instance.startedAt();
  await instance.change(steps);
  instance.progress(`${name}: its resolver restarts`);
  const back = await instance.waitUntilRestarted(record, verb === 'add', before);
  if (back === undefined)
    return {
      outcome: 'restarting',
      detail: 'stored, but its resolver is not back yet; dns_lookup shows when it is',
    };
  return {
    outcome: verb === 'add' ? 'added' : 'removed',
    detail:
      back === 'answered'
        ? 'restarted and answers as it should'
        : 'restarted; another record or list decides its answer: see dns_lookup',
  };
}

/** Nothing, half or all of it, and how to go on. */
export const resultText = ({ instances, complete, again }: Result): string =>
  lines(
    table(instances, {
      instance: ({ instance }) => instance,
      outcome: ({ outcome }) => outcome,
      detail: ({ detail }) => detail,
    }),
    !complete &&
      again &&
      `${changed(instances) ? 'HALF DONE' : 'NOT DONE'}: complete it with ${again.tool} ${JSON.stringify(again.arguments)}`,
  );

const changed = (instances: readonly Row[]): boolean =>
  instances.some(({ outcome }) =>
    ['added', 'removed', 'already there', 'not there', 'restarting'].includes(outcome),
  );
