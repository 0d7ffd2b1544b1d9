import type { Ref } from '../../src/core/map.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { changedIn, incidentsIn, sightOf, type Seen, type Sight } from './worlds.ts';

/** One thing that happened, seen alone. */
export interface Single {
  name: string;
  sight: Sight;
  /** Services that tell something else because of it. */
  changed: ReadonlySet<string>;
  seen: Seen;
}

/** Everything that is a trouble, each in a homelab of its own; nothing is asked twice. */
export async function singlesOf(base: Sight): Promise<Single[]> {
  const singles: Single[] = [];
  for (const [name, { expect }] of Object.entries(incidents)) {
    if (expect === undefined) continue;
    const sight = await sightOf([name]);
    singles.push({ name, sight, changed: changedIn(sight, base), seen: incidentsIn(sight) });
  }
  return singles;
}

export type Pair = readonly [Single, Single];

export const pairsOf = (singles: readonly Single[]): Pair[] =>
  singles.flatMap((a, i) => singles.slice(i + 1).map((b) => [a, b] as const));

export const sharedBy = ([a, b]: Pair): string[] =>
  [...a.changed].filter((service) => b.changed.has(service));

/** One stands on the other: what is at the root of one is, carries or stands on what is at the root of the other. */
export const isTouching = ([a, b]: Pair): boolean => meets(a, b) || meets(b, a);

function meets({ seen }: Single, { seen: { roots: others } }: Single): boolean {
  const reached = new Set<Ref>(
    seen.roots.flatMap((ref) => [ref, ...seen.map.dependants(ref), ...seen.map.foundation(ref)]),
  );
  return others.some((ref) => reached.has(ref));
}

/** Both at once: of each service what the one says that changes it; what both change is asked again. */
export async function togetherOf(pair: Pair, base: Sight): Promise<Seen> {
  const [a, b] = pair;
  const shared = sharedBy(pair);
  // Whether what is missed is gone, those know who list guests.
  const again =
    shared.length > 0
      ? await sightOf([a.name, b.name], [...new Set([...shared, 'proxmox'])])
      : undefined;
  const states = new Map(
    [...base.states].map(([service, state]) => {
      const single = [a, b].find(({ changed }) => changed.has(service));
      const sight = shared.includes(service) ? again : single?.sight;
      return [service, sight?.states.get(service) ?? state];
    }),
  );
  return incidentsIn({ states, configured: base.configured });
}

/** Ids of what both are when they happen apart. */
export const apartIds = ([a, b]: Pair): string[] =>
  [...new Set([...a.seen.ids, ...b.seen.ids])].sort();
