import { canonicalAddress, isOwnMachine } from '../../core/base/address.ts';
import { canonicalName, idOf, placeOf, type Ref } from '../../core/map.ts';

/** All instances as the one resolver that clients know. What one of them does not do, another one may. */
export const pair: Ref = 'instance/pihole';

export const instanceRef = (instance: string): Ref => `instance/pihole/${instance}`;

export const nameRef = (name: string): Ref => `name/${canonicalName(name)}`;

export const addressRef = (address: string): Ref =>
  `address/${canonicalAddress(address) ?? address}`;

/** Where a record or a resolver leads to; undefined for what is another machine for each that uses it. */
export function elsewhere(host: string): Ref | undefined {
  const place = placeOf(host);
  return place === undefined || isOwnMachine(idOf(place)) ? undefined : place;
}

/** A resolver that questions are forwarded to, `9.9.9.9` or `9.9.9.9#53`; undefined for one on the machine of the Pi-hole itself, which belongs to that. */
export function upstreamRef(text: string): Ref | undefined {
  const [host = '', port = '53'] = text.split('#');
  const place = elsewhere(host);
  return place && `upstream/${idOf(place)}#${port}`;
}

/** As many things are named by one finding. */
const mostRefs = 20;

/** Without repetition, and no more than a finding may name. */
export const severalRefs = (refs: readonly Ref[]): Ref[] => [...new Set(refs)].slice(0, mostRefs);
