import { idOf, kindOf, type Ref } from '../../core/map.ts';
import type { Look } from '../look.ts';
import type { HomelabMap } from '../map/map.ts';
import { pairsLostWith } from '../server-state.ts';

/** What stands on some things, nearest first, without these themselves. */
export interface Radius {
  certain: readonly Ref[];
  /** Joined by what may be a coincidence, somewhere on the way, or by a pair of which nobody knows whether another half goes on. */
  possible: readonly Ref[];
}

/** Everything that stands on the things that a write touches. */
export function radiusOf(about: readonly Ref[], look: Pick<Look, 'map' | 'seen'>): Radius {
  const { map } = look;
  const certain = new Set<Ref>([...about, ...about.flatMap((ref) => sitesOf(ref, map))]);
  for (const ref of certain) {
    for (const above of map.above(ref)) if (isCertain(above, ref, map)) certain.add(above);
    for (const pair of pairsLostWith(ref, certain, ['stopped'], look)) certain.add(pair);
  }
  const reached = new Set(certain);
  for (const ref of reached) {
    for (const above of map.above(ref)) reached.add(above);
    for (const pair of pairsLostWith(ref, reached, ['stopped', 'unknown'], look)) reached.add(pair);
  }
  const touched = new Set(about);
  return {
    certain: [...certain].filter((ref) => !touched.has(ref)),
    possible: [...reached].filter((ref) => !certain.has(ref)),
  };
}

const isCertain = (above: Ref, ref: Ref, map: HomelabMap): boolean =>
  map.below(above).some(({ to, weak }) => to === ref && !weak);

/** Nobody gets to a site without its name, although the site itself does not stop with that. */
function sitesOf(ref: Ref, map: HomelabMap): Ref[] {
  const site: Ref = `site/${idOf(ref)}`;
  return kindOf(ref) === 'name' && map.things.has(site) ? [site] : [];
}
