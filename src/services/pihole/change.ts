import * as z from 'zod';
import type { Fleet } from '../../core/fleet.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { lines, table } from '../../core/base/table.ts';
import type { ChangeStep } from './change-steps.ts';
import type { Reads } from './client.ts';
import { recordText, type DnsRecord } from './records.ts';

/** A change of one record, decided. An instance without steps has nothing to do. */
export type Change = {
  verb: 'add' | 'remove';
  record: DnsRecord;
  steps: Record<string, ChangeStep[]>;
  /** The order in which instances restart, when they must. */
  order: string[];
  /** Instances the change leaves out, and why. */
  excluded: Record<string, string>;
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
/** What became of a change on each instance. */
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

type Outcome = Omit<Row, 'instance'>;
type ReadsAndWrites = Reads & { change(steps: readonly ChangeStep[]): Promise<void> };

/** Outcomes of an instance that is as planned. */
const asPlanned: readonly Row['outcome'][] = ['added', 'removed', 'already there', 'not there'];

/** Carries a change out, one instance after another. While a resolver that had to restart is away, or its change failed, the next one is left alone. */
export async function applyChange(
  { verb, record, steps, order, excluded, again }: Change,
  pihole: Fleet<ReadsAndWrites>,
): Promise<z.input<typeof Result>> {
  let away: string | undefined;
  const applyTo = async (instance: ReadsAndWrites, name: string): Promise<Outcome> => {
    const ownSteps = steps[name] ?? [];
    if (excluded[name] !== undefined) return { outcome: 'left alone', detail: excluded[name] };
    if (ownSteps.length === 0) return { outcome: verb === 'add' ? 'already there' : 'not there' };
    if (away !== undefined)
      return {
        outcome: 'left alone',
        detail: `until ${away} answers again: two resolvers must not be away at once`,
      };
    if (record.type !== 'CNAME') return changeHosts(instance, verb, record, ownSteps);
    away = name;
    const outcome = await changeCname(instance, name, verb, record, ownSteps);
    if (outcome.outcome !== 'restarting') away = undefined;
    return outcome;
  };
  const applied = await pihole.each(applyTo, order);
  const outcomeOf = (name: string): Outcome => {
    const outcome = applied.find(({ instance }) => instance === name)?.value;
    if (outcome) return outcome;
    return excluded[name] === undefined
      ? { outcome: 'failed' }
      : { outcome: 'left alone', detail: excluded[name] };
  };
  const names = [...new Set([...order, ...Object.keys(excluded)])].sort();
  const instances = names.map((name): Row => ({ instance: name, ...outcomeOf(name) }));
  const complete = instances.every(({ outcome }) => asPlanned.includes(outcome));
  return { record: recordText(record), instances, complete, ...(!complete && { again }) };
}

/** A or AAAA: the resolver has it at once. */
async function changeHosts(
  instance: ReadsAndWrites,
  verb: Change['verb'],
  record: DnsRecord,
  steps: readonly ChangeStep[],
): Promise<Outcome> {
  await instance.change(steps);
  const answered = await instance.waitUntilAnswered(record, verb === 'add');
  return {
    outcome: verb === 'add' ? 'added' : 'removed',
    detail: answered
      ? `its resolver ${verb === 'add' ? 'answers with it' : 'no longer answers with it'}`
      : 'stored, but its resolver does not show it yet: see dns_lookup',
  };
}

/** The resolver restarts, and is watched until it is back. */
async function changeCname(
  instance: ReadsAndWrites,
  name: string,
  verb: Change['verb'],
  record: DnsRecord,
  steps: readonly ChangeStep[],
): Promise<Outcome> {
  const startedBefore = await instance.startedAt();
  await instance.change(steps);
  instance.progress(`${name}: its resolver restarts`);
  const sign = await instance.waitUntilRestarted(record, verb === 'add', startedBefore);
  if (sign === undefined)
    return {
      outcome: 'restarting',
      detail: 'stored, but its resolver is not back yet; dns_lookup shows when it is',
    };
  return {
    outcome: verb === 'add' ? 'added' : 'removed',
    detail:
      sign === 'answered'
        ? 'restarted and answers as it should'
        : 'restarted; another record or list decides its answer: see dns_lookup',
  };
}

/** Nothing, half or all of it, and how to go on. */
export function resultText({ instances, complete, again }: Result): string {
  const hasChanged = instances.some(
    ({ outcome }) => asPlanned.includes(outcome) || outcome === 'restarting',
  );
  return lines(
    table(instances, {
      instance: ({ instance }) => instance,
      outcome: ({ outcome }) => outcome,
      detail: ({ detail }) => detail,
    }),
    !complete &&
      again &&
      `${hasChanged ? 'HALF DONE' : 'NOT DONE'}: complete it with ${again.tool} ${JSON.stringify(again.arguments)}`,
  );
}
