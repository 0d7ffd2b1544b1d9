import { canonicalName, idOf, isOfKind, kindOf, type Link, type Ref } from '../../core/map.ts';
import type { MappedThing } from './mapped-thing.ts';

type Things = Map<Ref, MappedThing>;

/**
 * Where no address tells, a host name may, if only one machine has it: weak, and never against what an address says.
 * A name of a domain that is not served here means somebody else's machine, and one that a proxy serves may lead to the proxy.
 */
export function joinByName(things: Things, contested: ReadonlySet<Ref>): void {
  const machines = machinesByHostName(things);
  const domains = localDomains(things);
  const resolving = new Map<MappedThing, Set<Ref>>();
  for (const thing of things.values()) {
    if (!isOfKind(thing.ref, 'name')) continue;
    const name = canonicalName(idOf(thing.ref));
    const site = things.get(`site/${name}`);
    const targets = thing.links.filter(({ how }) => how === 'resolves to');
    if (site) joinToSite(thing, site, targets, things);
    const machine = domains.has(domainOf(name)) ? machines.get(hostOf(name)) : undefined;
    if (!machine) continue;
    if (thing.links.every(({ documented }) => documented))
      thing.links.push({ to: machine, how: 'belongs to', weak: true });
    const free = targets.flatMap(({ to }) => {
      const address = isOfKind(to, 'address') && !contested.has(to) ? things.get(to) : undefined;
      return address && !isOwned(address) ? [address] : [];
    });
    if (free.length === 0 || (site && leadsToProxy(site, targets, things))) continue;
    for (const address of free) {
      const candidates = resolving.get(address);
      if (candidates) candidates.add(machine);
      else resolving.set(address, new Set([machine]));
    }
  }
  if (resolving.size === 0) return;
  const addressed = addressedThings(things);
  for (const [address, candidates] of resolving) {
    const [machine] = candidates;
    if (!machine || candidates.size > 1 || addressed.has(machine)) continue;
    address.links.push({ to: machine, how: 'belongs to', weak: true });
  }
}

const isOwned = ({ links }: MappedThing): boolean =>
  links.some(({ how, documented }) => how === 'belongs to' && !documented);

/** What is seen to have an address: another one is not its. */
function addressedThings(things: Things): Set<Ref> {
  const owners = new Set<Ref>();
  for (const { ref, links } of things.values())
    if (isOfKind(ref, 'address'))
      for (const { to, how, documented } of links)
        if (how === 'belongs to' && !documented) owners.add(to);
  return owners;
}

/** Whether a name that is a site of a proxy does not resolve to the very place that the site forwards to. */
function leadsToProxy(site: MappedThing, targets: readonly Link[], things: Things): boolean {
  const upstreams = site.links
    .filter(({ how }) => how === 'forwards to')
    .flatMap(({ to }) => things.get(to)?.links ?? []);
  return targets.some(
    (target) => !upstreams.some(({ how, to }) => how === 'reached at' && to === target.to),
  );
}

/** Who asks for a name that a proxy serves gets the site: where the name resolves to that proxy, or nobody says where to. */
function joinToSite(
  thing: MappedThing,
  site: MappedThing,
  targets: readonly Link[],
  things: Things,
): void {
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

function hostOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}

function domainOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

/** Domains that are of this homelab: none at all, those that records stand in, and those that never leave a house. */
function localDomains(things: Things): Pick<Set<string>, 'has'> {
  const served = new Set(['']);
  for (const { ref, links } of things.values())
    if (isOfKind(ref, 'name') && links.some(({ how }) => how === 'resolves to'))
      served.add(domainOf(canonicalName(idOf(ref))));
  return { has: (domain) => served.has(domain) || neverPublic.test(domain) };
}

const neverPublic = /(?:^|\.)(?:lan|local|localdomain|home|internal|intranet|home\.arpa)$/;

/** Guests and nodes by their host names; `undefined` where several have the same. */
function machinesByHostName(things: Things): ReadonlyMap<string, Ref | undefined> {
  const machines = new Map<string, Ref | undefined>();
  for (const { ref, title } of things.values()) {
    if (!isOfKind(ref, 'guest') && !isOfKind(ref, 'node')) continue;
    const host = hostOf(canonicalName(title));
    machines.set(host, machines.has(host) ? undefined : ref);
  }
  return machines;
}
