import type { Base } from './base.ts';
import type { DocumentedAddress } from './netbox-types.ts';

/** Guests that nobody wrote down. */
export const undocumented = new Set(['scratch', 'restore-test']);

/** Adds an address with the next free id. */
export function document(
  addresses: DocumentedAddress[],
  address: Partial<DocumentedAddress> & Pick<DocumentedAddress, 'address'>,
): DocumentedAddress {
  const id = Math.max(0, ...addresses.map((address) => address.id)) + 1;
  const whole = {
    id,
    status: 'active',
    role: null,
    vrf: null,
    dnsName: '',
    owner: null,
    primary: false,
    description: '',
    tags: [],
    ...address,
  };
  addresses.push(whole);
  return whole;
}

/** `miniflux` still has the address it was moved from. The floating addresses stand twice or with a group, as people do it. */
export function createAddresses({ nodes, network, guests, fqdn }: Base): DocumentedAddress[] {
  const addresses: DocumentedAddress[] = [];
  for (const { name, ip } of [...nodes, ...network.devices])
    document(addresses, {
      address: `${ip}/24`,
      dnsName: fqdn(name),
      owner: { kind: 'device', name },
      primary: true,
    });
  for (const { name, ip, template, tags } of guests) {
    if (!ip || template || undocumented.has(name)) continue;
    document(addresses, {
      address: `${name === 'miniflux' ? '10.0.30.165' : ip}/24`,
      dnsName: fqdn(name),
      owner: { kind: 'vm', name },
      primary: true,
      tags,
    });
  }
  document(addresses, {
    address: '10.0.50.9/24',
    dnsName: fqdn('ci-runner0'),
    owner: { kind: 'vm', name: 'ci-runner0' },
    primary: true,
  });
  for (const name of ['caddy1', 'caddy2'])
    document(addresses, {
      address: `${network.vips.web}/24`,
      role: 'vip',
      dnsName: fqdn('web'),
      owner: { kind: 'vm', name },
    });
  document(addresses, {
    address: `${network.vips.dns}/24`,
    role: 'vrrp',
    dnsName: fqdn('dns'),
    owner: { kind: 'group', name: 'dns' },
  });
  for (const { gateway, name } of network.vlans.slice(1))
    document(addresses, {
      address: `${gateway}/24`,
      dnsName: fqdn(`gw-${name}`),
      owner: { kind: 'device', name: 'gw1' },
    });
  document(addresses, {
    address: '10.0.10.11/24',
    vrf: 1,
    description: 'Same number as pve-mini1, but in the sandbox',
  });
  document(addresses, {
    address: '10.0.30.200/24',
    status: 'reserved',
    description: 'Kept for the second NAS',
  });
  return addresses;
}
