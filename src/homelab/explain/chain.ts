import { idOf, kindOf, type Kind, type Ref } from '../../core/map.ts';
import type { HomelabMap, MappedLink, MappedThing } from '../map/map.ts';
import type { Surroundings } from './surroundings.ts';

/** One thing of the chain, and what it stands on there. */
export interface Station {
  ref: Ref;
  /** Where it is not the end of the ref. */
  title?: string;
  state?: NonNullable<MappedThing['state']>;
  about?: string;
  /** `forwards to upstream/10.0.20.9:80 (Caddy)` */
  links: string[];
}

/** Where a chain begins, best first: what a person opens. */
const tops: readonly Kind[] = ['site', 'upstream', 'name', 'target'];

/** From what people open down to what all of it stands on. Its own station is among them. */
export function chainOf({ subject, foundation, sides }: Surroundings, map: HomelabMap): Station[] {
  const top = topOf(subject.ref, sides, map);
  const refs = [...top, subject.ref, ...foundation];
  return refs.flatMap((ref, i) => {
    const thing = map.things.get(ref);
    if (!thing) return [];
    const next = i < top.length ? refs[i + 1] : undefined;
    return [stationOf(thing, (to) => (next === undefined ? refs.includes(to) : to === next), map)];
  });
}

/** The way down to it from the first of its sides that people use, without itself. */
function topOf(subject: Ref, sides: readonly Ref[], map: HomelabMap): Ref[] {
  for (const kind of tops)
    for (const side of sides) {
      if (kindOf(side) !== kind) continue;
      const way = map.path(side, subject);
      if (way) return way.slice(0, -1);
    }
  return [];
}

export function stationOf(
  { ref, title, state, about, links }: MappedThing,
  isShown: (to: Ref) => boolean,
  map: HomelabMap,
): Station {
  const carrying = new Set(map.below(ref));
  return {
    ref,
    ...titled(ref, title),
    ...(state && { state }),
    ...(about !== undefined && { about }),
    links: links.filter((link) => carrying.has(link) && isShown(link.to)).map(linkText),
  };
}

export const titled = (ref: Ref, title: string): { title?: string } =>
  idOf(ref).split('/').at(-1) === title ? {} : { title };

/** Who says so, or on what it rests. */
export function linkText({ how, to, weak, documented, by = [] }: MappedLink): string {
  const says = by.length > 0 ? by.join(' and ') : 'by its host name';
  const doubt = weak && by.length > 0 ? ', not certain' : '';
  return `${how} ${to} (${documented ? 'documented: ' : ''}${says}${doubt})`;
}
