import { idOf, type Link, type Ref, type Thing } from '../../core/map.ts';
import { joinAcrossInstances } from './across-instances.ts';
import type { MapPart, MappedLink, MappedThing } from './mapped-thing.ts';

/** What all services say, each thing once. What is only linked to exists too: an address that no service describes. */
export function mergeParts(parts: readonly MapPart[]): Map<Ref, MappedThing> {
  const things = new Map<Ref, MappedThing>();
  const links = new Map<string, MappedLink>();
  for (const { by, things: own } of parts)
    for (const thing of own) {
      const known = things.get(thing.ref) ?? newThing(thing);
      things.set(thing.ref, known);
      extend(known, thing, by);
      for (const link of thing.links) {
        const key = keyOf(thing.ref, link);
        const same = links.get(key);
        if (same) {
          if (!same.by?.includes(by)) same.by = [...(same.by ?? []), by];
          continue;
        }
        const mapped = { ...link, by: [by] };
        links.set(key, mapped);
        known.links.push(mapped);
      }
    }
  joinAcrossInstances(things);
  for (const { links: own } of [...things.values()])
    for (const { to } of own)
      if (!things.has(to)) things.set(to, { ref: to, title: titleOf(to), links: [], by: [] });
  return things;
}

/** The same said by documentation and seen is two links: only the one that was seen carries. */
const keyOf = (from: Ref, { how, to, documented }: Link): string =>
  `${from} ${documented ? 'documented ' : ''}${how} ${to}`;

const newThing = ({ ref, title }: Thing): MappedThing => ({ ref, title, links: [], by: [] });

/** What two services say of one thing; the first keeps the word on title and state where both have one. */
function extend(known: MappedThing, thing: Thing, by: string): void {
  if (!known.by.includes(by)) known.by.push(by);
  known.state ??= thing.state;
  known.about ??= thing.about;
  known.more ??= thing.more;
  known.idle ??= thing.idle;
  known.within ??= thing.within;
  if (thing.aliases) known.aliases = [...new Set([...(known.aliases ?? []), ...thing.aliases])];
}

const titleOf = (ref: Ref): string => idOf(ref).split('/').at(-1) ?? ref;
