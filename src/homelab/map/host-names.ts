import { canonicalName, idOf, kindOf, type Ref } from '../../core/map.ts';
import type { MappedThing } from './mapped-thing.ts';

type Things = Map<Ref, MappedThing>;

/**
 * Where no address tells, a host name may, if only one machine has it: weak, and never against what an address says.
 * A name of a domain that is not served here means somebody else's machine, and one that a proxy serves may lead to the proxy.
 */
export function joinByName(things: Things, contested: ReadonlySet<Ref>): void {
  const machines = machinesByHostName(things);
  const domains = localDomains(things);
  const resolving = new Map<Ref, Set<Ref>>();
  for (const thing of things.values()) {
    if (kindOf(thing.ref) !== 'name') continue;
    const name = canonicalName(idOf(thing.ref));
    joinToSite(thing, things);
    const targets = thing.links.filter(({ how }) => how === 'resolves to');
    const machine = domains.has(domainOf(name)) ? machines.get(hostOf(name)) : undefined;
    if (!machine) continue;
    if (thing.links.every(({ documented }) => documented))
      thing.links.push({ to: machine, how: 'belongs to', weak: true });
    if (leadsToProxy(name, targets, things)) continue;
    for (const { to } of targets) {
      const candidates = resolving.get(to);
      if (candidates) candidates.add(machine);
      else resolving.set(to, new Set([machine]));
    }
  }
  const addressed = addressedThings(things);
  for (const [ref, candidates] of resolving) {
    const address = things.get(ref);
    const [machine] = candidates;
    if (!address || !machine || candidates.size > 1 || contested.has(ref)) continue;
    if (kindOf(ref) !== 'address' || isOwned(address) || addressed.has(machine)) continue;
    address.links.push({ to: machine, how: 'belongs to', weak: true });
  }
}

const isOwned = ({ links }: MappedThing): boolean =>
  links.some(({ how, documented }) => how === 'belongs to' && !documented);

/** What is seen to have an address: another one is not its. */
function addressedThings(things: Things): Set<Ref> {
  const owners = new Set<Ref>();
  for (const { ref, links } of things.values())
    if (kindOf(ref) === 'address')
      for (const { to, how, documented } of links)
        if (how === 'belongs to' && !documented) owners.add(to);
  return owners;
}

/** A name that is a site of a proxy, where it does not resolve to the very place that the site forwards to. */
function leadsToProxy(name: string, targets: readonly { to: Ref }[], things: Things): boolean {
  const site = things.get(`site/${name}`);
  if (!site) return false;
  const places = new Set(
    site.links
      .filter(({ how }) => how === 'forwards to')
      .flatMap(({ to }) => things.get(to)?.links ?? [])
      .filter(({ how }) => how === 'reached at')
      .map(({ to }) => to),
  );
  return targets.some(({ to }) => !places.has(to));
}

/** Who asks for a name that a proxy serves gets the site: where the name resolves to that proxy, or nobody says where to. */
function joinToSite(thing: MappedThing, things: Things): void {
  const site = things.get(`site/${canonicalName(idOf(thing.ref))}`);
  if (!site) return;
  const targets = thing.links.filter(({ how }) => how === 'resolves to');
  const servers = new Set(
    site.links.filter(({ how }) => how === 'served by').map(({ to }) => to.split('/')[1]),
  );
  const isProxy = (place: Ref): boolean =>
    things
      .get(place)
      ?.links.some(
        ({ how, to }) =>
          how === 'belongs to' && kindOf(to) === 'instance' && servers.has(to.split('/')[1]),
      ) ?? false;
  if (targets.every(({ to }) => isProxy(to)))
    thing.links.push({ to: site.ref, how: 'is', weak: true });
}

const hostOf = (name: string): string => name.split('.')[0] ?? '';
const domainOf = (name: string): string => name.split('.').slice(1).join('.');

/** Domains that are of this homelab: none at all, those that records stand in, and those that never leave a house. */
function localDomains(things: Things): Pick<Set<string>, 'has'> {
  const served = new Set(['']);
  for (const { ref, links } of things.values())
    if (kindOf(ref) === 'name' && links.some(({ how }) => how === 'resolves to'))
      served.add(domainOf(canonicalName(idOf(ref))));
  return { has: (domain) => served.has(domain) || neverPublic.test(domain) };
}

const neverPublic = /(?:^|\.)(?:lan|local|localdomain|home|internal|intranet|home\.arpa)$/;

/** Guests and nodes by the host name that only one of them has. */
function machinesByHostName(things: Things): Map<string, Ref> {
  const machines = new Map<string, Ref | undefined>();
  for (const { ref, title } of things.values()) {
    const kind = kindOf(ref);
    if (kind !== 'guest' && kind !== 'node') continue;
    const host = hostOf(canonicalName(title));
    machines.set(host, machines.has(host) ? undefined : ref);
  }
  return new Map(
    [...machines].flatMap(([host, ref]) => (ref === undefined ? [] : [[host, ref] as const])),
  );
}
