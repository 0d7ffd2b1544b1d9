import type { From } from '../../../core/fleet.ts';
import type { JsonObject } from '../../../core/base/json.ts';
import { aliasesOf, type ArrayName, type DnsRecord } from '../records.ts';
import type { InstanceState } from '../preconditions.ts';

/** What `LARES_PROTECT` may name: `dns:nas.lan`, `ip:10.0.0.9`; also the names that lead to the changed one, since their answers change with it. */
export const labelsOf = (
  { name, type, value }: DnsRecord,
  states: readonly From<InstanceState>[],
): string[] => {
  const aliases = states.flatMap((state) => aliasesOf(name, state.value.records));
  return [
    `dns:${name}`,
    `${type === 'CNAME' ? 'target' : 'ip'}:${value}`,
    ...[...new Set(aliases)].map((alias) => `dns:${alias}`),
  ];
};

/** The stored lines that have a name or point to it, by instance: what a change of that name depends on. */
export const entriesOf = (states: readonly From<InstanceState>[], name: string): JsonObject =>
  Object.fromEntries(
    states.map(({ instance, value }) => [
      instance,
      [
        ...new Set(
          value.records
            .filter(
              (stored) =>
                stored.name === name || (stored.type === 'CNAME' && stored.value === name),
            )
            .map(({ entry }) => entry),
        ),
      ],
    ]),
  );

/** `dns1 and dns2` */
export const instanceNames = (answers: readonly From<unknown>[]): string =>
  answers
    .map(({ instance }) => instance)
    .sort()
    .join(' and ');

/** Instances a change cannot reach or may not touch, and why. */
export const exclusionsOf = (
  array: ArrayName,
  affected: readonly From<InstanceState>[],
  absences: ReadonlyMap<string, string>,
): Record<string, string> =>
  Object.fromEntries([
    ...affected.flatMap(({ instance, value }) =>
      value.locks[array] === undefined ? [] : [[instance, value.locks[array]] as const],
    ),
    ...[...absences].map(([instance, absence]) => [instance, `it ${absence}`] as const),
  ]);

/** `dns2: it does not answer` */
export const exclusionTexts = (excluded: Readonly<Record<string, string>>): string[] =>
  Object.entries(excluded).map(([instance, why]) => `${instance}: ${why}`);

export const exclusionWarnings = (excluded: Readonly<Record<string, string>>): string[] =>
  Object.entries(excluded).map(
    ([instance, why]) => `${instance}: left as it is, so the instances will differ: ${why}.`,
  );

/** The arguments that name one record to either tool. */
export const argumentsOf = ({ name, type, value }: DnsRecord): JsonObject => ({
  domain: name,
  ...(type === 'CNAME' ? { target: value } : { ip: value }),
});

/** The same with what only adding takes. */
export const argumentsToAdd = (record: DnsRecord): JsonObject => ({
  ...argumentsOf(record),
  ...(record.ttlSeconds !== undefined && { ttl: record.ttlSeconds }),
});

/** An A or AAAA record needs no restart, but a resolver that is away cannot show it. */
export const silenceWarnings = (affected: readonly From<InstanceState>[]): string[] =>
  affected
    .filter(({ value }) => !value.serves)
    .map(
      ({ instance }) =>
        `${instance}: its resolver does not answer this machine now, so that the change shows cannot be seen.`,
    );

/** A change of a CNAME makes FTL restart itself: 0.5 to 3 s on a fast machine, a minute or more on a Raspberry Pi with a long history. */
export function restartWarnings(
  affected: readonly From<InstanceState>[],
  order: readonly string[],
): string[] {
  const restarting = order.filter((name) => affected.some(({ instance }) => instance === name));
  const silent = affected.filter(({ value }) => !value.serves).map(({ instance }) => instance);
  return [
    `This restarts the resolver of ${restarting.join(', then of ')}${restarting.length > 1 ? ', one at a time' : ''}: each gives no DNS answers for seconds, on slow machines for a minute or more.`,
    ...silent.map(
      (name) =>
        `${name}: its resolver does not answer this machine now, so the end of its restart cannot be seen and no other instance is restarted after it.`,
    ),
  ];
}
