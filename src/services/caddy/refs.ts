import { isOwnMachine } from '../../core/base/address.ts';
import { canonicalName, idOf, placeOf, type Ref } from '../../core/map.ts';
import { anyHost, type Site } from './sites.ts';

/** All instances as the one proxy that visitors know. What one of them does not do, another one may. */
export const pair: Ref = 'instance/caddy';

export const instanceRef = (instance: string): Ref => `instance/caddy/${instance}`;

export const upstreamRef = (address: string): Ref => `upstream/${address}`;

/** What answers whatever host is asked for is told apart by its ports. */
export const siteRef = ({ host, ports }: Pick<Site, 'host' | 'ports'>): Ref =>
  host === anyHost ? `site/:${ports.join(',')}` : `site/${canonicalName(host)}`;

/** The sites of that host, on whatever ports; none for a subject that is no host. */
export const siteRefsOf = (
  host: string,
  instances: readonly { sites: readonly Site[] }[],
): Ref[] => [
  ...new Set(
    instances.flatMap(({ sites }) => sites.filter((site) => site.host === host).map(siteRef)),
  ),
];

/** As many things are named by one finding. */
const mostRefs = 20;

/** Without repetition, and no more than a finding may name. */
export const severalRefs = (refs: readonly Ref[]): Ref[] => [...new Set(refs)].slice(0, mostRefs);

/** Where a dial address leads (`[network/]host:port`, and `a NAME` of addresses that are looked up); undefined for a socket, a placeholder, and the machine of the Caddy itself, which is another one for each. */
export function placeOfDial(address: string): Ref | undefined {
  const [, host = ''] = /^(?:(?:tcp|udp)[46]?\/|a )?([^/ ]+)$/.exec(address) ?? [];
  const place = placeOf(host);
  return place === undefined || isOwnMachine(idOf(place)) ? undefined : place;
}
