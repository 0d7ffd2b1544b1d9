import { idOf, kindOf, verbs, type Kind, type Link, type Ref, type Thing } from '../../core/map.ts';
import { joinAcrossInstances } from './across-instances.ts';

/** A thing as all services together know it. `by`: the services that speak of it, by their titles. */
export interface MappedThing extends Thing {
  links: Link[];
  by: string[];
}

/** One service's part of the map. */
export interface MapPart {
  /** The title of the service. */
  by: string;
  things: readonly Thing[];
}

/** Two things that claim the same address: no join, and worth a word. */
export interface Conflict {
  address: Ref;
  owners: readonly Ref[];
}

/** The parts of all services joined into one picture. Built once per look; linear in things and links. */
export class HomelabMap {
  readonly things: ReadonlyMap<Ref, MappedThing>;
  readonly conflicts: readonly Conflict[];
  readonly #standing = new Map<Ref, Ref[]>();
  readonly #contested: ReadonlySet<Ref>;

  constructor(parts: readonly MapPart[]) {
    const things = mergeParts(parts);
    this.conflicts = conflictsIn(things);
    this.#contested = new Set(this.conflicts.map(({ address }) => address));
    joinByHostName(things, this.#contested);
    this.things = things;
    for (const thing of things.values())
      for (const { to } of this.below(thing.ref)) {
        const standing = this.#standing.get(to);
        if (standing) standing.push(thing.ref);
        else this.#standing.set(to, [thing.ref]);
      }
  }

  /** What it stands on directly, where what stops there stops it: nothing that is only documented, and no owner of a contested address. */
  below(ref: Ref): readonly Link[] {
    const thing = this.things.get(ref);
    if (!thing) return [];
    return thing.links.filter(
      ({ how, documented }) =>
        verbs[how].carries && !documented && !(how === 'belongs to' && this.#contested.has(ref)),
    );
  }

  /** What stands on it directly. */
  above(ref: Ref): readonly Ref[] {
    return this.#standing.get(ref) ?? [];
  }

  /** The shortest way down from one thing to another, both ends included; undefined where there is none. */
  path(from: Ref, to: Ref): Ref[] | undefined {
    const cameFrom = new Map<Ref, Ref | undefined>([[from, undefined]]);
    for (const ref of cameFrom.keys()) {
      if (ref === to) return wayBack(cameFrom, ref);
      for (const link of this.below(ref)) if (!cameFrom.has(link.to)) cameFrom.set(link.to, ref);
    }
    return undefined;
  }

  /** Everything that it stands on, nearest first, itself not included. */
  foundation(ref: Ref): Ref[] {
    const reached = new Set<Ref>([ref]);
    for (const next of reached) for (const { to } of this.below(next)) reached.add(to);
    reached.delete(ref);
    return [...reached];
  }

  /** Everything that stands on it, nearest first, itself not included. */
  dependants(ref: Ref): Ref[] {
    const reached = new Set<Ref>([ref]);
    for (const next of reached) for (const above of this.above(next)) reached.add(above);
    reached.delete(ref);
    return [...reached];
  }

  ofKind(kind: Kind): MappedThing[] {
    return [...this.things.values()].filter(({ ref }) => kindOf(ref) === kind);
  }
}

function wayBack(cameFrom: ReadonlyMap<Ref, Ref | undefined>, end: Ref): Ref[] {
  const way: Ref[] = [];
  for (let ref: Ref | undefined = end; ref !== undefined; ref = cameFrom.get(ref)) way.unshift(ref);
  return way;
}

function mergeParts(parts: readonly MapPart[]): Map<Ref, MappedThing> {
  const things = new Map<Ref, MappedThing>();
  for (const { by, things: own } of parts)
    for (const thing of own) {
      const known = things.get(thing.ref);
      if (known) extend(known, thing, by);
      else things.set(thing.ref, { ...thing, links: [...thing.links], by: [by] });
    }
  joinAcrossInstances(things);
  // What is only linked to exists too: an address that no service describes.
  for (const thing of [...things.values()])
    for (const { to } of thing.links)
      if (!things.has(to)) things.set(to, { ref: to, title: titleOf(to), links: [], by: [] });
  return things;
}

/** What two services say of one thing; the first keeps the word on title and state where both have one. */
function extend(known: MappedThing, thing: Thing, by: string): void {
  if (!known.by.includes(by)) known.by.push(by);
  known.state ??= thing.state;
  known.about ??= thing.about;
  known.more ??= thing.more;
  known.idle ??= thing.idle;
  if (thing.aliases) known.aliases = [...new Set([...(known.aliases ?? []), ...thing.aliases])];
  for (const link of thing.links)
    if (!known.links.some(({ to, how }) => to === link.to && how === link.how))
      known.links.push(link);
}

const titleOf = (ref: Ref): string => idOf(ref).split('/').at(-1) ?? ref;

function conflictsIn(things: ReadonlyMap<Ref, MappedThing>): Conflict[] {
  const conflicts: Conflict[] = [];
  for (const { ref, links } of things.values()) {
    if (kindOf(ref) !== 'address') continue;
    const owners = new Set<Ref>();
    for (const { to, how, documented } of links)
      if (how === 'belongs to' && !documented) owners.add(to);
    if (owners.size > 1) conflicts.push({ address: ref, owners: [...owners] });
  }
  return conflicts;
}

/** Where no address tells, a host name may, if only one thing has it: weak, and never against what an address says. */
function joinByHostName(things: Map<Ref, MappedThing>, contested: ReadonlySet<Ref>): void {
  const owners = ownersByHostName(things);
  const resolving = new Map<Ref, MappedThing[]>();
  for (const thing of things.values()) {
    if (kindOf(thing.ref) !== 'name') continue;
    const targets = thing.links.filter(({ how }) => how === 'resolves to');
    const owner = owners.get(hostNameOf(thing.title));
    if (targets.length === 0 && owner && thing.links.length === 0)
      thing.links.push({ to: owner, how: 'belongs to', weak: true });
    for (const { to } of targets) resolving.set(to, [...(resolving.get(to) ?? []), thing]);
  }
  for (const [address, names] of resolving) {
    const thing = things.get(address);
    if (!thing || kindOf(address) !== 'address' || contested.has(address)) continue;
    if (thing.links.some(({ how, documented }) => how === 'belongs to' && !documented)) continue;
    const candidates = new Set(names.flatMap(({ title }) => owners.get(hostNameOf(title)) ?? []));
    const [owner] = candidates;
    if (owner && candidates.size === 1)
      thing.links.push({ to: owner, how: 'belongs to', weak: true });
  }
}

const hostNameOf = (name: string): string => name.toLowerCase().split('.')[0] ?? '';

/** Guests and nodes by the host name that only one of them has. */
function ownersByHostName(things: ReadonlyMap<Ref, MappedThing>): Map<string, Ref> {
  const owners = new Map<string, Ref | undefined>();
  for (const { ref, title } of things.values()) {
    const kind = kindOf(ref);
    if (kind !== 'guest' && kind !== 'node') continue;
    const host = hostNameOf(title);
    owners.set(host, owners.has(host) ? undefined : ref);
  }
  return new Map([...owners].flatMap(([host, ref]) => (ref === undefined ? [] : [[host, ref]])));
}
