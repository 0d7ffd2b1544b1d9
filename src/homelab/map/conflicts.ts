import { idOf, isOfKind, kindOf, type Link, type Ref } from '../../core/map.ts';
import type { MappedThing } from './mapped-thing.ts';

/** Several machines that claim the same address: no join, and worth a word. */
export interface Conflict {
  address: Ref;
  owners: readonly Ref[];
}

/**
 * Leaves each address the links to who has it now, and returns the addresses that several machines are seen to have. What is only documented claims nothing.
 * An address that floats is that of the pair, whoever holds it now; and who had one last does not have it any more where another one is seen with it.
 */
export function settleOwners(things: ReadonlyMap<Ref, MappedThing>): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const thing of things.values()) {
    if (thing.links.length < 2 || !isOfKind(thing.ref, 'address')) continue;
    const owners = thing.links.filter(({ how, documented }) => how === 'belongs to' && !documented);
    if (owners.length < 2) continue;
    const kept = lastingOwners(owners);
    if (kept.length < owners.length)
      thing.links = thing.links.filter((link) => !owners.includes(link) || kept.includes(link));
    const machines = new Set(kept.map(({ to }) => to).filter((to) => kindOf(to) !== 'instance'));
    if (machines.size > 1) conflicts.push({ address: thing.ref, owners: [...machines] });
  }
  return conflicts;
}

function lastingOwners(owners: readonly Link[]): readonly Link[] {
  const pairs = owners.filter(({ to }) => kindOf(to) === 'instance' && !idOf(to).includes('/'));
  if (pairs.length > 0) return pairs;
  const seen = owners.filter(({ weak }) => !weak);
  return seen.length > 0 ? seen : owners;
}
