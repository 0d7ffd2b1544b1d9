import { canonicalName, kindOf, type Ref } from '../../core/map.ts';
import type { HomelabMap, MappedLink, MappedThing } from '../map/map.ts';

/** Where sources say different things of these: several machines that claim an address, and what is documented but seen otherwise. */
export function disagreementsOf(refs: readonly Ref[], map: HomelabMap): string[] {
  const claims = map.conflicts
    .filter(
      ({ address, owners }) => refs.includes(address) || owners.some((ref) => refs.includes(ref)),
    )
    .map(
      ({ address, owners }) =>
        `${address} is claimed by ${owners.map((ref) => named(ref, map)).join(' and ')}`,
    );
  return [
    ...new Set([...claims, ...refs.flatMap((ref) => againstDocuments(map.things.get(ref), map))]),
  ];
}

function againstDocuments(thing: MappedThing | undefined, map: HomelabMap): string[] {
  if (!thing) return [];
  return (['resolves to', 'belongs to'] as const).flatMap((verb) => {
    const links = thing.links.filter(({ how }) => how === verb);
    const seen = links.filter(({ documented }) => !documented);
    if (seen.length === 0) return [];
    return links
      .filter(({ to, documented }) => documented && !seen.some((link) => isSame(link.to, to, map)))
      .map(
        (link) =>
          `${thing.ref} ${verb} ${seen.map((one) => told(one, map)).join(' and ')}, but ${told(link, map)} is documented`,
      );
  });
}

/** A documented machine is the seen one if it is called so. */
function isSame(seen: Ref, documented: Ref, map: HomelabMap): boolean {
  if (seen === documented) return true;
  if (kindOf(seen) === 'address' || kindOf(seen) === 'name')
    return kindOf(seen) !== kindOf(documented);
  return hostOf(seen, map) === hostOf(documented, map);
}

const hostOf = (ref: Ref, map: HomelabMap): string =>
  canonicalName(map.things.get(ref)?.title ?? ref).split('.')[0] ?? '';

function named(ref: Ref, map: HomelabMap): string {
  const title = map.things.get(ref)?.title;
  return title === undefined || ref.endsWith(title) ? ref : `${ref} (${title})`;
}

const told = ({ to, by = [] }: MappedLink, map: HomelabMap): string =>
  `${named(to, map)}${by.length > 0 ? ` (${by.join(' and ')})` : ''}`;
