import type { Finding } from '../../../core/health.ts';
import type { Address } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** Roles under which several machines may share one address (netbox/ipam/constants.py, IPADDRESS_ROLES_NONUNIQUE). */
const shareableRoles = new Set(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

interface Duplicate {
  /** Without its mask. */
  address: string;
  /** Who it is given to, as far as that is written down. */
  owners: string[];
  /** How many entries it has. */
  entries: number;
}

/** A duplicate that two different owners hold is a conflict in the plan; twice the same owner is only untidy. */
export const duplicates = ({ addresses }: Checkup): Finding[] =>
  duplicatesIn(addresses?.rows ?? []).map(({ address, owners, entries }) => ({
    id: `netbox.duplicate-address/${address}`,
    severity: owners.length > 1 ? 'warning' : 'info',
    subject: address,
    message:
      owners.length > 1
        ? `${address} is documented for ${owners.join(' and ')} at once`
        : `${address} is documented ${entries} times`,
    next: { tool: 'netbox_list_ips', arguments: { address } },
  }));

/** Addresses that stand more than once in the same VRF, whatever their mask, without a role that allows it. What is deprecated is on its way out. */
function duplicatesIn(addresses: readonly Address[]): Duplicate[] {
  const entriesByKey = new Map<string, Address[]>();
  for (const entry of addresses) {
    if (entry.status === 'deprecated' || shareableRoles.has(entry.role ?? '')) continue;
    const key = `${entry.address.replace(/\/\d+$/, '')} ${entry.vrf ?? ''}`;
    entriesByKey.set(key, [...(entriesByKey.get(key) ?? []), entry]);
  }
  return [...entriesByKey]
    .filter(([, entries]) => entries.length > 1)
    .map(([key, entries]) => ({
      address: key.split(' ')[0] ?? key,
      owners: [...new Set(entries.flatMap(({ owner }) => owner ?? []))],
      entries: entries.length,
    }));
}
