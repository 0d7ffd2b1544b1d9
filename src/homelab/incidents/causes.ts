import { idOf, kindOf, type Link, type Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import { isBefore, type Symptom } from './incident.ts';

/** At one thing only so many causes are told apart: the heaviest, so that a thousand findings about one thing cost no million comparisons. */
const maxAtOne = 8;

/** What can be a cause, by what it is about: it stops or degrades something. The heaviest first. */
export function causesByRef<F extends Symptom>(findings: readonly F[]): Map<Ref, F[]> {
  const causes = new Map<Ref, F[]>();
  for (const finding of findings) {
    if (!isTrouble(finding)) continue;
    for (const ref of new Set(finding.about)) {
      const known = causes.get(ref);
      if (known) known.push(finding);
      else causes.set(ref, [finding]);
    }
  }
  for (const [ref, known] of causes)
    if (known.length > 1)
      causes.set(ref, known.sort((a, b) => (isBefore(a, b) ? -1 : 1)).slice(0, maxAtOne));
  return causes;
}

/** Broken, or worse than it was. A risk and a note stand for themselves. */
export const isTrouble = ({ effect }: Symptom): boolean =>
  effect === 'stops' || effect === 'degrades';

/** Of several ways to the same, one is enough: the upstreams of a site, the servers of a name. Which group a link is in; undefined: it is needed by itself. */
export function alternativeOf({ how, to }: Link): string | undefined {
  if (how === 'forwards to' || how === 'served by') return how;
  if (how !== 'resolves to' || kindOf(to) !== 'address') return undefined;
  return idOf(to).includes(':') ? 'resolves to IPv6' : 'resolves to IPv4';
}

/** Everything that cannot work while these causes last, themselves included: what needs something that stopped, or has none of its alternatives left. */
export function stoppedBy(
  causes: ReadonlyMap<Ref, readonly Symptom[]>,
  map: HomelabMap,
): ReadonlySet<Ref> {
  const stopped = new Set<Ref>();
  for (const [ref, known] of causes)
    if (known.some(({ effect }) => effect === 'stops')) stopped.add(ref);
  const left = new Map<string, number>();
  for (const ref of stopped)
    for (const above of new Set(map.above(ref))) {
      if (stopped.has(above)) continue;
      for (const link of map.below(above)) {
        if (link.to !== ref) continue;
        const group = alternativeOf(link);
        const key = `${above} ${group}`;
        const others = group === undefined ? 0 : (left.get(key) ?? sizeOf(map, above, group)) - 1;
        left.set(key, others);
        if (others <= 0) stopped.add(above);
      }
    }
  return stopped;
}

const sizeOf = (map: HomelabMap, ref: Ref, group: string): number =>
  map.below(ref).filter((link) => alternativeOf(link) === group).length;
