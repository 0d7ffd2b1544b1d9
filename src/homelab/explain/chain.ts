import { idOf, kindOf, type Kind, type Ref, type Verb } from '../../core/map.ts';
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

/** Only ways to something: how they are, and what they lead to, says it all. */
const ways: readonly Kind[] = ['site', 'upstream', 'address', 'name'];

/** Links of a side that are shown: that what works on it does so goes without saying. */
const sideVerbs: readonly Verb[] = ['resolves to', 'forwards to', 'belongs to'];
const maxLinks = 2;
/** Links of a station that are shown: a pair has two, a balancer many. */
const maxStationLinks = 4;

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
    const station = stationOf(
      thing,
      (to) => (next === undefined ? refs.includes(to) : to === next),
      map,
    );
    // How it is itself stands above the chain.
    return [
      ref === subject.ref ? { ...titled(ref, thing.title), ref, links: station.links } : station,
    ];
  });
}

/** The way down to it from the first of its sides that people use, without itself. */
function topOf(subject: Ref, sides: readonly Ref[], map: HomelabMap): Ref[] {
  for (const kind of tops)
    for (const side of sides) {
      if (kindOf(side) !== kind || !isTold(side, map)) continue;
      const way = map.path(side, subject);
      if (way) return way.slice(0, -1);
    }
  return kindOf(subject) === 'device' ? writtenTopOf(subject, sides, map) : [];
}

/** The way down to an address that is documented as the device's, where no machine is seen to have it. */
function writtenTopOf(device: Ref, sides: readonly Ref[], map: HomelabMap): Ref[] {
  const addresses = sides.filter(
    (ref) =>
      map.below(ref).length === 0 &&
      map.things
        .get(ref)
        ?.links.some(
          ({ how, to, documented }) => documented && how === 'belongs to' && to === device,
        ),
  );
  for (const address of addresses) {
    const top = topOf(address, sides, map);
    if (top.length > 0) return [...top, address];
  }
  return addresses.slice(0, 1);
}

/** One side in a line: `name/wiki.lab.example.net, resolves to address/10.0.30.64 (…)`. Where it is served, and what it leads to elsewhere, is its own story. */
export function sideText(ref: Ref, known: ReadonlySet<Ref>, map: HomelabMap): string | undefined {
  const thing = map.things.get(ref);
  if (!thing || !isTold(ref, map)) return undefined;
  const { title, state, about, links, by } = thing;
  const name = titled(ref, title).title;
  const within = links.filter(({ how, to }) => sideVerbs.includes(how) && known.has(to));
  const seen = within.filter(({ documented }) => !documented);
  const shown = seen.length > 0 ? seen : within;
  return [
    `${ref}${name === undefined ? '' : ` (${name})`}`,
    state,
    about && !ways.includes(kindOf(ref)) && about,
    shown.length > 0
      ? shown.slice(0, maxLinks).map(linkText).join('; ')
      : `says ${by.join(' and ')}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What nobody tells of is only a word that a link was made of. */
export const isTold = (ref: Ref, map: HomelabMap): boolean =>
  (map.things.get(ref)?.by.length ?? 0) > 0;

function stationOf(
  { ref, title, state, about, links }: MappedThing,
  isShown: (to: Ref) => boolean,
  map: HomelabMap,
): Station {
  const carrying = new Set(map.below(ref));
  const shown = links
    .filter((link) => (carrying.has(link) ? isShown(link.to) : isOwnerWritten(link)))
    .map(linkText);
  const more = shown.length - maxStationLinks;
  return {
    ref,
    ...titled(ref, title),
    ...(state && { state }),
    ...(about !== undefined && !ways.includes(kindOf(ref)) && { about }),
    links: more > 0 ? [...shown.slice(0, maxStationLinks), `and to ${more} more`] : shown,
  };
}

/** Whose an address should be, as somebody wrote it down. */
const isOwnerWritten = ({ how, documented }: MappedLink): boolean =>
  documented === true && how === 'belongs to';

export const titled = (ref: Ref, title: string): { title?: string } =>
  idOf(ref).split('/').at(-1) === title ? {} : { title };

/** Who says so, or on what it rests. */
export function linkText({ how, to, weak, documented, by = [] }: MappedLink): string {
  const says = by.length > 0 ? by.join(' and ') : 'by its host name';
  const doubt = weak && by.length > 0 ? ', not certain' : '';
  return `${how} ${to} (${documented ? 'documented: ' : ''}${says}${doubt})`;
}
