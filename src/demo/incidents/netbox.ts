import type { World } from '../world/index.ts';
import { document } from '../world/netbox.ts';
import type { Incident } from './incident.ts';

const addressOf = (world: World, name: string): string =>
  world.netbox.addresses.find(({ owner, primary }) => primary && owner?.name === name)?.address ??
  '';

export const netboxIncidents = {
  'netbox-workers-gone': {
    title: 'The background worker of NetBox has stopped, so its webhooks and scripts wait',
    expect: 'netbox.no-workers',
    apply: (world) => {
      world.netbox.workers = 0;
    },
  },
  'netbox-duplicate-address': {
    title: 'NetBox has given the address of paperless to frigate as well',
    expect: 'netbox.duplicate-address/10.0.30.61',
    apply: (world) => {
      document(world.netbox.addresses, {
        address: addressOf(world, 'paperless'),
        owner: { kind: 'vm', name: 'frigate' },
      });
    },
  },
  'netbox-sandbox-duplicate': {
    title:
      'The sandbox of NetBox is set to hold an address twice, and holds one twice: nothing is wrong',
    apply(world) {
      for (const vrf of world.netbox.vrfs) vrf.unique = false;
      for (const name of ['wiki', 'frigate'])
        document(world.netbox.addresses, {
          address: '10.0.10.12/24',
          vrf: 1,
          owner: { kind: 'vm', name },
        });
    },
  },
  'netbox-marked-failed': {
    title: 'Somebody has marked the UPS as failed in NetBox',
    expect: 'netbox.marked-failed/ups1',
    apply(world) {
      for (const device of world.netbox.devices)
        if (device.name === 'ups1') device.status = 'failed';
    },
  },
  'netbox-renumbered': {
    title:
      'Miniflux was renumbered in NetBox and its old address kept as deprecated: nothing is wrong',
    apply(world) {
      const old = world.netbox.addresses.find(
        ({ owner, primary }) => primary && owner?.name === 'miniflux',
      );
      if (old) Object.assign(old, { status: 'deprecated', owner: null, primary: false });
      document(world.netbox.addresses, {
        address: `${world.guest('miniflux').ip}/24`,
        dnsName: world.fqdn('miniflux'),
        owner: { kind: 'vm', name: 'miniflux' },
        primary: true,
      });
      document(world.netbox.addresses, {
        address: old?.address ?? '',
        owner: { kind: 'vm', name: 'wiki' },
      });
    },
  },
} satisfies Record<string, Incident>;
