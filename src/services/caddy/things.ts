import type { Link, Ref, Thing } from '../../core/map.ts';
import { instanceRef, pair, placeOfDial, siteRef, upstreamRef } from './refs.ts';
import { anyHost, type Site } from './sites.ts';
import { healthsOf, worstHealth, type Health, type Observation } from './upstream-health.ts';
import type { Upstream } from './upstreams.ts';

/** What is known of one instance that answered; what was not asked of it is undefined. */
export interface Observed extends Observation {
  instance: string;
  sites: readonly Site[];
}

/** What all instances know of the homelab: themselves, their sites, and the upstreams behind them. `names` are those that are configured. */
export function thingsOf(observed: readonly Observed[], names: readonly string[]): Thing[] {
  const upstreams = upstreamStates(observed);
  return [
    ...observed.map(instanceThing),
    ...(names.length > 1 ? [pairThing(observed, names)] : []),
    ...siteThings(observed, names, upstreams),
    ...upstreamThings(observed, upstreams),
  ];
}

const instanceThing = ({ instance, sites }: Observed): Thing => ({
  ref: instanceRef(instance),
  title: instance === 'default' ? 'Caddy' : instance,
  state: sites.length > 0 ? 'up' : 'unknown',
  about: 'Caddy',
  more: { tool: 'caddy_list_sites', arguments: {} },
  links: [],
});

/** It has no link to its halves: one that stops does not stop it. */
const pairThing = (observed: readonly Observed[], names: readonly string[]): Thing => ({
  ref: pair,
  title: 'Caddy',
  state: observed.length === names.length ? 'up' : 'degraded',
  about: `reverse proxy on ${names.join(' and ')}`,
  more: { tool: 'caddy_list_sites', arguments: {} },
  links: [],
});

type State = NonNullable<Thing['state']>;
type StatesByAddress = ReadonlyMap<string, State | undefined>;

/** How each upstream is: down where one instance says so and no health check of another one passes. */
function upstreamStates(observed: readonly Observed[]): StatesByAddress {
  const opinions = new Map<string, { health: Health; active: boolean }[]>();
  for (const observation of observed) {
    const healths = healthsOf(observation.sites, observation);
    const isAsked = observation.upstreams !== undefined || observation.metrics !== undefined;
    for (const { address, active } of upstreamsOfSites(observation.sites)) {
      const known = opinions.get(address) ?? [];
      opinions.set(address, known);
      const health = healths.get(address)?.health;
      if (isAsked && health) known.push({ health, active });
    }
  }
  return new Map([...opinions].map(([address, known]) => [address, stateFrom(known)]));
}

function stateFrom(opinions: readonly { health: Health; active: boolean }[]): State | undefined {
  if (opinions.length === 0) return undefined;
  const worst = worstHealth(opinions.map(({ health }) => health));
  if (worst === 'up') return 'up';
  if (worst !== 'down') return 'unknown';
  return opinions.some(({ health, active }) => active && health === 'up') ? 'degraded' : 'down';
}

const upstreamsOfSites = (sites: readonly Site[]): Upstream[] =>
  sites.flatMap(({ rules }) => rules.flatMap(({ upstreams }) => upstreams));

/** One thing for each host, however many ports it has and wherever it is served. */
function siteThings(
  observed: readonly Observed[],
  names: readonly string[],
  upstreams: StatesByAddress,
): Thing[] {
  const groups = new Map<Ref, { site: Site; instance: string }[]>();
  for (const { instance, sites } of observed)
    for (const site of sites) {
      const group = groups.get(siteRef(site));
      if (group) group.push({ site, instance });
      else groups.set(siteRef(site), [{ site, instance }]);
    }
  return [...groups].map(([ref, group]): Thing => {
    const sites = group.map(({ site }) => site);
    const on = [...new Set(group.map(({ instance }) => instance))];
    const missing = observed.filter(({ instance }) => !on.includes(instance));
    const addresses = [...new Set(upstreamsOfSites(sites).map(({ address }) => address))];
    const [{ host, ports } = { host: '', ports: [] }] = sites;
    const [only = ''] = on;
    const server =
      names.length > 1 && (on.length > 1 || missing.length === 0) ? pair : instanceRef(only);
    return {
      ref,
      title: host === anyHost ? `any host on port ${ports.join(', ') || 'none'}` : host,
      state: siteState(sites, upstreams),
      about: `served${missing.length > 0 ? ` by ${on.join(', ')} only` : ''}${addresses.length === 0 ? ', no upstream' : ''}`,
      more: { tool: 'caddy_list_sites', arguments: host === anyHost ? {} : { host } },
      aliases: urlsOf(sites),
      links: [
        { to: server, how: 'served by' },
        ...addresses.map((address): Link => ({ to: upstreamRef(address), how: 'forwards to' })),
      ],
    };
  });
}

/** Down where a rule has no upstream left, up where each is up; undefined for a site without any, or where none was looked at. */
function siteState(sites: readonly Site[], upstreams: StatesByAddress): State | undefined {
  const states: (State | undefined)[] = [];
  let isLost = false;
  for (const { rules } of sites)
    for (const rule of rules) {
      const own = rule.upstreams.map(({ address }) => upstreams.get(address));
      states.push(...own);
      isLost ||= own.length > 0 && own.every((state) => state === 'down');
    }
  if (isLost) return 'down';
  if (states.includes('down') || states.includes('degraded')) return 'degraded';
  if (states.length === 0 || states.includes(undefined)) return undefined;
  return states.every((state) => state === 'up') ? 'up' : 'unknown';
}

/** What its visitors write; a wildcard and a placeholder are no address. */
function urlsOf(sites: readonly Site[]): string[] {
  const urls = sites.flatMap(({ host, ports, tlsPort }) => {
    if (host === anyHost || /[*{]/.test(host)) return [];
    if (tlsPort !== undefined) return [`https://${host}${tlsPort === 443 ? '' : `:${tlsPort}`}`];
    const [port = 80] = ports;
    return [`http://${host}${port === 80 ? '' : `:${port}`}`];
  });
  return [...new Set(urls)];
}

function upstreamThings(observed: readonly Observed[], states: StatesByAddress): Thing[] {
  const hosts = new Map<string, Set<string>>();
  for (const { sites } of observed)
    for (const { host, rules } of sites)
      for (const { address } of rules.flatMap(({ upstreams }) => upstreams)) {
        const known = hosts.get(address);
        if (known) known.add(host);
        else hosts.set(address, new Set([host]));
      }
  return [...hosts].map(([address, users]): Thing => {
    const [first = '', ...others] = users;
    const place = placeOfDial(address);
    return {
      ref: upstreamRef(address),
      title: address,
      state: states.get(address),
      about: `upstream of ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
      more: {
        tool: 'caddy_list_sites',
        arguments: first === anyHost || others.length > 0 ? {} : { host: first },
      },
      links: place ? [{ to: place, how: 'reached at' }] : [],
    };
  });
}
