import type { Address } from '../schema/index.ts';

/** Roles under which several machines may share one address (netbox/ipam/constants.py, IPADDRESS_ROLES_NONUNIQUE). */
const shareable = new Set(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

export interface Duplicate {
  address: string;
  /** Who it is given to, as far as that is written down. */
  owners: string[];
  /** How many entries it has. */
  entries: number;
}

/** Addresses that stand more than once in the same VRF, whatever their mask, without a role that allows it. What is deprecated is on its way out. */
export function duplicatesIn(addresses: readonly Address[]): Duplicate[] {
  const claims = new Map<string, Address[]>();
  for (const one of addresses) {
    if (one.status === 'deprecated' || shareable.has(one.role ?? '')) continue;
    const key = `${one.address.replace(/\/\d+$/, '')} ${one.vrf ?? ''}`;
    claims.set(key, [...(claims.get(key) ?? []), one]);
  }
  return [...claims]
    .filter(([, entries]) => entries.length > 1)
    .map(([key, entries]) => ({
      address: key.split(' ')[0] ?? key,
      owners: [...new Set(entries.flatMap(({ owner }) => owner ?? []))],
      entries: entries.length,
    }));
}
