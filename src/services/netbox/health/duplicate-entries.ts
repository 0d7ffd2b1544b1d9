import type { Address } from '../schema/index.ts';

/** Roles under which several machines may share one address (netbox/ipam/constants.py, IPADDRESS_ROLES_NONUNIQUE). */
const shareableRoles = new Set(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

export interface Duplicate {
  /** Without its mask. */
  address: string;
  /** The VRF it stands in twice; undefined: the global table. */
  vrfId: number | undefined;
  vrf: string | undefined;
  /** Who it is given to, as far as that is written down. */
  owners: string[];
  /** Its entries, as they stand in the list. */
  rows: readonly Address[];
  /** How many entries it has. */
  entries: number;
}

/** Addresses that stand more than once in the same VRF, whatever their mask, without a role that allows it. What is deprecated is on its way out. */
export function duplicatesIn(addresses: readonly Address[]): Duplicate[] {
  const entriesByKey = new Map<string, Address[]>();
  for (const entry of addresses) {
    if (entry.status === 'deprecated' || shareableRoles.has(entry.role ?? '')) continue;
    // Two VRFs may have the same name: only the id tells them apart.
    const key = `${hostOf(entry)} ${entry.vrfId ?? ''}`;
    entriesByKey.set(key, [...(entriesByKey.get(key) ?? []), entry]);
  }
  return [...entriesByKey.values()].flatMap((entries) => {
    const [first] = entries;
    if (!first || entries.length < 2) return [];
    return {
      address: hostOf(first),
      vrfId: first.vrfId,
      vrf: first.vrf,
      rows: entries,
      owners: [...new Set(entries.flatMap(({ owner }) => owner ?? []))],
      entries: entries.length,
    };
  });
}

const hostOf = ({ address }: Address): string => address.replace(/\/\d+$/, '');
