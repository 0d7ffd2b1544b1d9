import type { From } from '../../../core/fleet.ts';
import type { JsonObject } from '../../../core/base/json.ts';
import type { ArrayName, DnsRecord } from '../records.ts';
import type { InstanceState } from '../preconditions.ts';

/** What `LARES_PROTECT` may name: `dns:nas.lan`, `ip:10.0.0.9`. */
export const labelsOf = ({ name, type, value }: DnsRecord): string[] => [
  `dns:${name}`,
  `${type === 'CNAME' ? 'target' : 'ip'}:${value}`,
];

/** The stored lines that have a name or point to it, by instance: what a change of that name depends on. */
export const entriesOf = (all: readonly From<InstanceState>[], name: string): JsonObject =>
  Object.fromEntries(
    all.map(({ instance, value }) => [
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

export const instanceNames = (all: readonly From<unknown>[]): string =>
  all.map(({ instance }) => instance).join(' and ');

/** Instances a change cannot reach or may not touch, and why. */
export const exclusionsOf = (
  array: ArrayName,
  wanted: readonly From<InstanceState>[],
  silent: readonly string[],
): Record<string, string> =>
  Object.fromEntries([
    ...wanted.flatMap(({ instance, value }) =>
      value.locks[array] === undefined ? [] : [[instance, value.locks[array]] as const],
    ),
    ...silent.map((instance) => [instance, 'it does not answer'] as const),
  ]);

/** A change of a CNAME makes FTL restart itself: 0.5 to 3 s on a fast machine, a minute or more on a Raspberry Pi with a long history. */
export function restartWarning(
  open: readonly From<InstanceState>[],
  order: readonly string[],
): string[] {
  const restarting = order.filter((name) => open.some(({ instance }) => instance === name));
  const mute = open.filter(({ value }) => !value.serves).map(({ instance }) => instance);
  return [
    `This restarts the resolver of ${restarting.join(', then of ')}${restarting.length > 1 ? ', one at a time' : ''}: each gives no DNS answers for seconds, on slow machines for a minute or more.`,
    ...mute.map(
      (name) =>
        `${name}: its resolver does not answer this machine now, so the end of its restart cannot be seen and no other instance is restarted after it.`,
    ),
  ];
}
