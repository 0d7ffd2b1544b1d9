import type { AddressPool } from '../../core/inventory.ts';
import { canonicalName, idOf, kindOf, type Kind, type Ref, type Thing } from '../../core/map.ts';
import type { HomelabMap, MappedThing } from '../map/map.ts';
import { byTitle, compareText } from './order.ts';

/** Titles of the services that describe each kind of thing. */
export type Describers = ReadonlyMap<Kind, readonly string[]>;

/** The map as rules ask it: whose an address is, what is called so, and who says that. Pure: it answers from the map alone. */
export class Evidence {
  readonly map: HomelabMap;
  readonly #describers: Describers;
  readonly #machines: ReadonlyMap<string, readonly MappedThing[]>;
  readonly #devices: ReadonlyMap<string, readonly MappedThing[]>;
  readonly #pools: readonly (readonly [first: number, last: number])[];
  readonly #addresses = new Map<Ref, Ref[]>();
  readonly #networks = new Set<string>();

  constructor(map: HomelabMap, describers: Describers, pools: readonly AddressPool[]) {
    this.map = map;
    this.#pools = pools.flatMap(({ start, end }) => {
      const [first, last] = [numberOf(start), numberOf(end)];
      return first === undefined || last === undefined ? [] : [[first, last] as const];
    });
    this.#describers = describers;
    this.#machines = byHost([...map.ofKind('guest'), ...map.ofKind('node')]);
    this.#devices = byHost(map.ofKind('device'));
    for (const address of map.ofKind('address')) {
      const owners = address.links.filter(({ how }) => how === 'belongs to');
      if (owners.length > 0) this.#networks.add(networkOf(address.ref));
      for (const { to, documented, weak } of owners) {
        if (documented || weak) continue;
        const known = this.#addresses.get(to);
        if (known) known.push(address.ref);
        else this.#addresses.set(to, [address.ref]);
      }
    }
  }

  describes(kind: Kind): boolean {
    return this.#describers.has(kind);
  }

  /** `Proxmox VE and NetBox`, of those who describe things of these kinds. */
  titleOf(...kinds: readonly Kind[]): string {
    const titles = kinds.flatMap((kind) => this.#describers.get(kind) ?? []);
    return [...new Set(titles)].join(' and ');
  }

  /** Whether a service that describes this kind speaks of the thing itself. */
  isToldBy({ by }: MappedThing, kind: Kind): boolean {
    return (this.#describers.get(kind) ?? []).some((title) => by.includes(title));
  }

  of(ref: Ref): MappedThing | undefined {
    return this.map.things.get(ref);
  }

  /** Guests and nodes with that host name, whatever domain stands behind it. */
  machinesCalled(host: string): readonly MappedThing[] {
    return this.#machines.get(host) ?? [];
  }

  /** Documented devices and VMs of that host name. */
  devicesCalled(host: string): readonly MappedThing[] {
    return this.#devices.get(host) ?? [];
  }

  /** IPv4 addresses that it is seen to have. */
  addressesOf(ref: Ref): readonly Ref[] {
    return (this.#addresses.get(ref) ?? []).filter((address) => !address.includes(':'));
  }

  /** Guests that may have an address which nobody tells: without one that is known, and not switched off for good. */
  unaddressed(): MappedThing[] {
    return this.map.ofKind('guest').filter(({ ref, idle }) => !idle && !this.#addresses.has(ref));
  }

  /** A private IPv4 address in a network in which machines are known to be, and none of a pool: what lies elsewhere is nobody's business here. */
  isLocal(address: Ref): boolean {
    return (
      isPrivate(idOf(address)) && this.#networks.has(networkOf(address)) && !this.#isGiven(address)
    );
  }

  /** Whose it is changes by itself. */
  #isGiven(address: Ref): boolean {
    const number = numberOf(idOf(address)) ?? -1;
    return this.#pools.some(([first, last]) => first <= number && number <= last);
  }

  /** A machine has it, a document speaks of it that is not outdated, or something answers there. */
  isSomebodys(address: Ref): boolean {
    const thing = this.of(address);
    if (!thing) return false;
    const owners = thing.links.filter(({ how }) => how === 'belongs to');
    const outdated = owners.filter((owner) => owner.documented && this.#movedTo(owner.to));
    if (owners.length > outdated.length || this.isToldBy(thing, 'address')) return true;
    if (outdated.length === 0 && this.isToldBy(thing, 'device')) return true;
    return this.map.above(address).some((ref) => isAlive(this.of(ref)));
  }

  /** Guests that documents have at an address, and that are seen elsewhere. */
  movedFrom(address: Ref): MappedThing[] {
    const links = this.of(address)?.links ?? [];
    return links.flatMap(({ to, documented }) => (documented && this.#movedTo(to)) || []);
  }

  /** The guest that a document is of, where that is seen at none of the addresses that are documented. Undefined where several are called so; a node has addresses that no cluster tells. */
  #movedTo(document: Ref): MappedThing | undefined {
    const host = hostOf(this.of(document)?.title ?? '');
    const [machine, ...others] = this.machinesCalled(host);
    if (!machine || kindOf(machine.ref) !== 'guest' || others.length > 0) return undefined;
    if (this.devicesCalled(host).length > 1) return undefined;
    const seen = this.addressesOf(machine.ref);
    const isThere = seen.some((address) =>
      this.of(address)?.links.some(({ to, documented }) => documented && to === document),
    );
    return seen.length > 0 && !isThere ? machine : undefined;
  }

  /** Who says that nobody has these addresses: documents do not where one of them is of a machine that has moved. */
  titleOfMissing(addresses: readonly Ref[], ...kinds: readonly Kind[]): string {
    const isMoved = addresses.some((address) => this.movedFrom(address).length > 0);
    return this.titleOf(...kinds.filter((kind) => kind !== 'device' || !isMoved));
  }

  /** Where a record says that a name is: addresses and other names, as they resolve here. */
  resolved(name: MappedThing): Ref[] {
    return name.links
      .filter(({ how, documented }) => how === 'resolves to' && !documented)
      .map(({ to }) => to);
  }

  /** An address here that nobody has, or a name that leads to nothing but such; undefined for whatever may be somebody. */
  vacantBehind(place: Ref): readonly Ref[] | undefined {
    if (kindOf(place) === 'address')
      return this.isLocal(place) && !this.isSomebodys(place) ? [place] : undefined;
    const name = this.of(place);
    if (!name || name.links.some(({ how, documented }) => how === 'belongs to' && !documented))
      return undefined;
    const targets = this.resolved(name);
    const isVacant = targets.every(
      (to) => kindOf(to) === 'address' && this.vacantBehind(to) !== undefined,
    );
    return targets.length > 0 && isVacant ? targets : undefined;
  }

  /** How sure it is that nobody has an address: a guest that tells none may have any. */
  sureOfNobody(): 'certain' | 'likely' {
    return this.unaddressed().length === 0 ? 'certain' : 'likely';
  }
}

/** The first part of a name, as it is compared. */
export const hostOf = (text: string): string => canonicalName(text).split('.')[0] ?? '';
/** What stands behind it. */
export const domainOf = (text: string): string => canonicalName(text).split('.').slice(1).join('.');

export const textOf = (refs: readonly Ref[]): string =>
  refs.map(idOf).toSorted(compareText).join(', ');

/** Something that answers at an address is somebody there; a server that Lares is told to ask is, unless it is seen to be down. */
function isAlive(thing: MappedThing | undefined): boolean {
  if (!thing) return false;
  if (kindOf(thing.ref) === 'instance') return thing.state !== 'down';
  return thing.state === 'up' && ['upstream', 'target'].includes(kindOf(thing.ref));
}

/** Undefined for what is no IPv4 address. */
const numberOf = (address: string): number | undefined =>
  /^\d+(?:\.\d+){3}$/.test(address)
    ? address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
    : undefined;

const networkOf = (address: Ref): string => idOf(address).split('.').slice(0, 3).join('.');

const isPrivate = (address: string): boolean =>
  /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/.test(address);

function byHost(things: readonly MappedThing[]): Map<string, MappedThing[]> {
  const hosts = new Map<string, MappedThing[]>();
  for (const thing of byTitle(things)) {
    const host = hostOf(thing.title);
    const known = hosts.get(host);
    if (known) known.push(thing);
    else hosts.set(host, [thing]);
  }
  return hosts;
}

/** `LXC running on pve1`, in the words of who told of it. */
export const aboutText = ({ about, title }: Pick<Thing, 'about' | 'title'>): string =>
  about ?? title;
