import { fullMessage, outcomeOfFailure, UpstreamError } from '../../core/base/errors.ts';
import type { Fleet } from '../../core/fleet.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { changeInstance, type Outcome, type Verb, type Writes } from './change-instance.ts';
import { changing } from './changes-under-way.ts';
import type { Reads } from './client.ts';
import { isCollision } from './describe-error.ts';
import type { ChangeResult, ChangeRow } from './change-result.ts';
import { recordText, type DnsRecord } from './records.ts';

/** A change of one record, decided. */
export type Change = {
  verb: Verb;
  record: DnsRecord;
  /** Instances that are to be changed; on the others that answered it is as it shall be. */
  affected: string[];
  /** The order in which instances restart, when they must. */
  order: string[];
  /** Instances the change leaves out, and why. */
  excluded: Record<string, string>;
  /** The call that completes what this one leaves open. */
  again: { tool: string; arguments: JsonObject };
};

/** Outcomes of an instance that is as planned. */
const asPlanned: readonly ChangeRow['outcome'][] = [
  'added',
  'removed',
  'already there',
  'not there',
];

/** Carries a change out, one instance after another. The gate lets no other one begin meanwhile. */
export const applyChange = (change: Change, pihole: Fleet<Reads & Writes>): Promise<ChangeResult> =>
  changing(
    pihole.names.map((name) => pihole.on(name).settings),
    () => carryOut(change, pihole),
  );

/** While a resolver that had to restart is away, or its change failed, the next one is left alone. */
async function carryOut(
  { verb, record, affected, order, excluded, again }: Change,
  pihole: Fleet<Reads & Writes>,
): Promise<ChangeResult> {
  const failures = new Map<string, unknown>();
  let obstacle: string | undefined;
  const applyTo = async (instance: Reads & Writes, name: string): Promise<Outcome> => {
    if (excluded[name] !== undefined) return { outcome: 'left alone', detail: excluded[name] };
    if (!affected.includes(name))
      return { outcome: verb === 'add' ? 'already there' : 'not there' };
    if (obstacle !== undefined) return { outcome: 'left alone', detail: obstacle };
    return changeInstance(instance, name, verb, record).then(
      (outcome) => {
        if (record.type === 'CNAME') obstacle = obstacleAfter(name, outcome);
        return outcome;
      },
      (error: unknown) => {
        failures.set(name, error);
        if (record.type === 'CNAME') obstacle = obstacleAfter(name, failureOutcome(error));
        throw error;
      },
    );
  };
  const applied = await pihole.each(applyTo, order);
  const outcomeOf = (name: string): Outcome => {
    const outcome = applied.find(({ instance }) => instance === name)?.value;
    if (outcome) return outcome;
    return excluded[name] === undefined
      ? failureOutcome(failures.get(name))
      : { outcome: 'left alone', detail: excluded[name] };
  };
  const names = [...new Set([...order, ...Object.keys(excluded)])].sort();
  const instances = names.map((name): ChangeRow => ({ instance: name, ...outcomeOf(name) }));
  const complete = instances.every(({ outcome }) => asPlanned.includes(outcome));
  const canRepeat = ![...failures.values()].some(isVerdict);
  return {
    record: recordText(record),
    instances,
    complete,
    ...(!complete && canRepeat && { again }),
  };
}

/** A request that left and got no answer is no failure: nobody knows. */
const failureOutcome = (error: unknown): Outcome => ({
  outcome: outcomeOfFailure(error),
  detail: fullMessage(error),
});

/** Pi-hole looked at the change and does not want it: the same call would end the same. */
const isVerdict = (error: unknown): boolean =>
  error instanceof UpstreamError && [400, 403].includes(error.status) && !isCollision(error);

/** Why the next instance is left alone after a change of a CNAME; undefined where nothing speaks against it. */
function obstacleAfter(name: string, { outcome }: Outcome): string | undefined {
  if (outcome === 'restarting' || outcome === 'unknown')
    return `until ${name} answers again: two resolvers must not be away at once`;
  return outcome === 'failed'
    ? `because ${name} did not take it: the instances shall not differ`
    : undefined;
}
