import { kindOf, verbs, type Kind, type Link, type Ref } from '../../core/map.ts';
import { settleOwners, type Conflict } from './conflicts.ts';
import { joinByName } from './host-names.ts';
import type { MapPart, MappedThing } from './mapped-thing.ts';
import { mergeParts } from './merge.ts';

export type { Conflict } from './conflicts.ts';
export type { MapPart, MappedLink, MappedThing } from './mapped-thing.ts';

/** The parts of all services joined into one picture. Built once per look; linear in things and links. */
export class HomelabMap {
  readonly things: ReadonlyMap<Ref, MappedThing>;
  readonly conflicts: readonly Conflict[];
  /** Of the few things of which not every link carries, those that do. */
  readonly #below = new Map<Ref, readonly Link[]>();
  readonly #above = new Map<Ref, Ref[]>();

  constructor(parts: readonly MapPart[]) {
    const things = mergeParts(parts);
    this.conflicts = settleOwners(things);
    const contested = new Set(this.conflicts.map(({ address }) => address));
    // Where a part of the guests is not known, that a name is unique is not known either.
    if (!parts.some(isPartOfMachines)) joinByName(things, contested);
    this.things = things;
    for (const { ref, links } of things.values()) {
      if (links.length === 0) continue;
      const carries = contested.has(ref) ? carriesWithoutOwner : carriesAll;
      const isWhole = links.every(carries);
      const carrying = isWhole ? links : links.filter(carries);
      if (!isWhole) this.#below.set(ref, carrying);
      for (const { to } of carrying) {
        const standing = this.#above.get(to);
        if (standing) standing.push(ref);
        else this.#above.set(to, [ref]);
      }
    }
  }

  /** What it stands on directly, where what stops there stops it: nothing that is only documented, and no owner of a contested address. */
  below(ref: Ref): readonly Link[] {
    return this.#below.get(ref) ?? this.things.get(ref)?.links ?? [];
  }

  /** What stands on it directly. */
  above(ref: Ref): readonly Ref[] {
    return this.#above.get(ref) ?? [];
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

const carriesAll = ({ how, documented }: Link): boolean => verbs[how].carries && !documented;

/** Of an address that several claim, nobody knows who stands behind it. */
const carriesWithoutOwner = (link: Link): boolean => link.how !== 'belongs to' && carriesAll(link);

const isPartOfMachines = ({ partial, things }: MapPart): boolean =>
  partial === true && things.some(({ ref }) => ['guest', 'node'].includes(kindOf(ref)));

function wayBack(cameFrom: ReadonlyMap<Ref, Ref | undefined>, end: Ref): Ref[] {
  const way: Ref[] = [];
  for (let ref: Ref | undefined = end; ref !== undefined; ref = cameFrom.get(ref)) way.unshift(ref);
  return way;
}
