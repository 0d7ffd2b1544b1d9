import { kindOf, type Kind, type Ref, type Verb } from '../../core/map.ts';
import type { HomelabMap, MappedThing } from '../map/map.ts';

/** What belongs to one thing, in the order of how much it says of it. */
export interface Surroundings {
  subject: MappedThing;
  /** What it stands on, nearest first. */
  foundation: readonly Ref[];
  /** Other sides of the same thing: its addresses and names, what measures it, logs for it or leads to it. */
  sides: readonly Ref[];
  /** Backups of it, jobs that act on it or back it up, and the servers of a pair. */
  services: readonly Ref[];
  /** What documentation has at its addresses. */
  documented: readonly Ref[];
}

const sideKinds: readonly Kind[] = ['address', 'name', 'upstream', 'target', 'source', 'site'];
const sideVerbs: readonly Verb[] = [
  'belongs to',
  'resolves to',
  'reached at',
  'forwards to',
  'measures',
  'logs for',
  'is',
];
/** What has sides: a machine, or a program that answers somewhere. */
const sided: readonly Kind[] = ['guest', 'node', 'device', 'instance'];

/** A thing with all that is told of it, whoever tells it. One pass over the map, and as deep as its chain. */
export function surroundingsOf(subject: MappedThing, map: HomelabMap): Surroundings {
  const foundation = map.foundation(subject.ref);
  const machines = machinesOf(subject.ref, foundation);
  const sides = sidesOf(machines, map).filter(
    (ref) => ref !== subject.ref && !foundation.includes(ref),
  );
  const own = new Set<Ref>([subject.ref, ...machines, ...sides]);
  const services = [...map.things.values()].filter(
    (thing) => !own.has(thing.ref) && (isHalfOf(thing.ref, subject.ref) || isWorkOn(thing, own)),
  );
  const addresses = [subject.ref, ...foundation, ...sides].filter(
    (ref) => kindOf(ref) === 'address',
  );
  const documented = addresses.flatMap((ref) =>
    (map.things.get(ref)?.links ?? []).flatMap(({ documented, to }) => (documented ? [to] : [])),
  );
  return {
    subject,
    foundation,
    sides,
    services: services.map(({ ref }) => ref),
    documented: [...new Set(documented)],
  };
}

/** A server of the pair that was asked about. */
const isHalfOf = (ref: Ref, pair: Ref): boolean =>
  kindOf(pair) === 'instance' && ref.startsWith(`${pair}/`);

const isWorkOn = ({ links }: MappedThing, own: ReadonlySet<Ref>): boolean =>
  links.some(
    ({ how, to, documented }) =>
      !documented && (how === 'backs up' || how === 'acts on') && own.has(to),
  );

/** The machine that it is, or that it runs on at last: a node below a guest has sides of its own. */
function machinesOf(subject: Ref, foundation: readonly Ref[]): Ref[] {
  if (sided.includes(kindOf(subject))) return [subject];
  const guests = foundation.filter((ref) => kindOf(ref) === 'guest');
  if (guests.length > 0) return guests;
  const isWay = ['address', 'name', 'target', 'source', 'upstream', 'site'].includes(
    kindOf(subject),
  );
  const machines = isWay ? foundation.filter((ref) => kindOf(ref) === 'node') : [];
  return machines.length > 0 ? machines : [subject];
}

/** Of a device documentation may be all there is, so what is written down counts as a side of it. */
function sidesOf(machines: readonly Ref[], map: HomelabMap): Ref[] {
  const reached = new Set<Ref>(machines);
  const written = machines.some((ref) => kindOf(ref) === 'device')
    ? documentedAbove(map)
    : undefined;
  for (const ref of reached)
    for (const above of [...map.above(ref), ...(written?.get(ref) ?? [])]) {
      const verb = map.things.get(above)?.links.find(({ to }) => to === ref)?.how;
      if (verb && sideVerbs.includes(verb) && sideKinds.includes(kindOf(above))) reached.add(above);
    }
  return [...reached].filter((ref) => !machines.includes(ref));
}

/** Addresses by their documented owners, and names by their documented addresses. */
function documentedAbove(map: HomelabMap): ReadonlyMap<Ref, readonly Ref[]> {
  const above = new Map<Ref, Ref[]>();
  for (const { ref, links } of map.things.values())
    for (const { to, documented } of links) {
      if (!documented) continue;
      const known = above.get(to);
      if (known) known.push(ref);
      else above.set(to, [ref]);
    }
  return above;
}
