import { idOf, type Link, type Ref, type Thing } from '../../core/map.ts';
import { joinAcrossInstances } from './across-instances.ts';
import type { MapPart, MappedLink, MappedThing } from './mapped-thing.ts';

/** What all services say, each thing once. What is only linked to exists too: an address that no service describes. */
export function mergeParts(parts: readonly MapPart[]): Map<Ref, MappedThing> {
  const things = new Map<Ref, MappedThing>();
  for (const { by, things: own } of parts) {
    // Most is said by one service alone, and shares this list; whoever adds to one makes a new one.
    const alone = [by];
    for (const thing of own) {
      let known = things.get(thing.ref);
      if (known) extend(known, thing, by);
      else things.set(thing.ref, (known = newThing(thing, alone)));
      addLinks(known, thing.links, alone);
    }
  }
  joinAcrossInstances(things);
  // Those that are added meanwhile are gone through too, and have no links.
  for (const { links: own } of things.values())
    for (const { to } of own)
      if (!things.has(to)) things.set(to, { ref: to, title: titleOf(to), links: [], by: [] });
  return things;
}

/** So few are compared one by one; more are found by their key. */
const fewLinks = 8;

/** Each link once, with everyone who says it. The same said by documentation and seen is two: only the one that was seen carries. */
function addLinks(known: MappedThing, links: readonly Link[], alone: string[]): void {
  const index =
    known.links.length + links.length > fewLinks
      ? new Map(known.links.map((link) => [keyOf(link), link]))
      : undefined;
  for (const link of links) {
    const same = index
      ? index.get(keyOf(link))
      : known.links.find((other) => other.to === link.to && keyOf(other) === keyOf(link));
    if (same) {
      same.by = [...new Set([...(same.by ?? []), ...alone])];
      continue;
    }
    const mapped = newLink(link, alone);
    index?.set(keyOf(mapped), mapped);
    known.links.push(mapped);
  }
}

const keyOf = ({ how, to, documented }: Link): string =>
  `${documented ? 'documented ' : ''}${how} ${to}`;

/** Written out field by field: a copy that grows by one costs twice as much, and there are as many links as things. */
const newLink = ({ to, how, named, weak, documented }: Link, by: string[]): MappedLink => ({
  to,
  how,
  named,
  weak,
  documented,
  by,
});

const newThing = (
  { ref, title, state, about, more, idle, within, aliases }: Thing,
  by: string[],
): MappedThing => ({
  ref,
  title,
  state,
  about,
  more,
  idle,
  within,
  aliases: aliases && [...aliases],
  links: [],
  by,
});

/** What two services say of one thing; the first keeps the word on title and state where both have one. */
function extend(known: MappedThing, thing: Thing, by: string): void {
  if (!known.by.includes(by)) known.by = [...known.by, by];
  known.state ??= thing.state;
  known.about ??= thing.about;
  known.more ??= thing.more;
  known.idle ??= thing.idle;
  known.within ??= thing.within;
  if (thing.aliases) known.aliases = [...new Set([...(known.aliases ?? []), ...thing.aliases])];
}

const titleOf = (ref: Ref): string => idOf(ref).split('/').at(-1) ?? ref;
