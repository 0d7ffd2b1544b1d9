import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lab, type LabOptions } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import { kindOf, verbs, type Ref } from '../../core/map.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { netboxIncidents } from '../../demo/incidents/netbox.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { document } from '../../demo/world/netbox.ts';
import { inventoryOf } from '../../homelab/inventory.ts';
import type { FakeNetbox } from './fake/index.ts';
import { elsewhere } from './refs.ts';
import { Address } from './schema/index.ts';
import { thingsOf } from './things.ts';

async function picture(
  change: (world: World) => void = () => undefined,
  options: LabOptions = {},
): Promise<Picture> {
  const world = createWorld();
  change(world);
  return pictureOf(await lab({ only: ['netbox'], world, ...options }));
}

const machineId = ({ netbox }: World, name: string): number =>
  netbox.machines.find((machine) => machine.name === name)?.id ?? -1;
const linksOf = ({ map }: Picture, ref: Ref): string[] | undefined =>
  map.things.get(ref)?.links.map(({ to, how }) => `${how} ${to}`);

describe('the part of the map', () => {
  test('of the demo: an address belongs to its VM, and its name leads there', async () => {
    const all = await picture();
    const world = createWorld();
    const paperless: Ref = `device/default/vm/${machineId(world, 'paperless')}`;
    expect(linksOf(all, 'address/10.0.30.61')).toEqual([`belongs to ${paperless}`]);
    expect(linksOf(all, 'name/paperless.lab.example.net')).toEqual([
      'resolves to address/10.0.30.61',
    ]);
    expect(all.map.things.get('address/10.0.30.61')?.more).toEqual({
      tool: 'netbox_list_ips',
      arguments: { address: '10.0.30.61' },
    });
    expect(all.map.things.get(paperless)).toMatchObject({
      title: 'paperless',
      more: { tool: 'netbox_list_devices', arguments: { name: 'paperless' } },
    });
    expect(all.map.things.get('instance/netbox/default')?.state).toBe('up');
  });

  test('a device and a VM of the same number are two things', async () => {
    const all = await picture();
    const { netbox } = createWorld();
    expect(all.map.things.get('device/default/1')?.title).toBe(netbox.devices[0]?.name);
    expect(all.map.things.get('device/default/vm/1')?.title).toBe(netbox.machines[0]?.name);
    expect(all.map.ofKind('device')).toHaveLength(netbox.devices.length + netbox.machines.length);
  });

  test('is documentation: nothing has a state, every link says so, and none carries a fault', async () => {
    const all = await picture();
    for (const { ref, state, links } of all.parts.flatMap(({ things }) => things)) {
      if (kindOf(ref) !== 'instance') expect([ref, state]).toEqual([ref, undefined]);
      expect(all.map.below(ref)).toEqual([]);
      for (const { to, how, documented } of links) {
        expect(documented).toBe(true);
        expect(verbs[how].from).toContain(kindOf(ref));
        expect(verbs[how].to).toContain(kindOf(to));
      }
    }
  });

  test('neither a VRF nor a deprecated entry says whose an address is', async () => {
    const all = await picture((world) => {
      document(world.netbox.addresses, {
        address: '10.0.77.1/24',
        vrf: 1,
        dnsName: 'sand.lab.example.net',
        owner: { kind: 'vm', name: 'wiki' },
      });
      document(world.netbox.addresses, {
        address: '10.0.77.2/24',
        status: 'deprecated',
        dnsName: 'old.lab.example.net',
        owner: { kind: 'vm', name: 'wiki' },
      });
    });
    for (const ref of [
      'address/10.0.77.1',
      'address/10.0.77.2',
      'name/sand.lab.example.net',
      'name/old.lab.example.net',
    ] as const)
      expect(all.map.things.get(ref)).toBeUndefined();
  });

  test('what is not meant to run is idle', async () => {
    const all = await picture((world) => {
      for (const machine of world.netbox.machines)
        machine.status = machine.name === 'wiki' ? 'decommissioning' : 'active';
    });
    const idle = all.parts.flatMap(({ things }) => things).filter((thing) => thing.idle);
    expect(idle.map(({ title }) => title)).toEqual(['wiki']);
  });

  test('what the token may not list is a gap, and the rest is told', async () => {
    const homelab = await lab({ only: ['netbox'] });
    const { knobs } = homelab.fake('netbox') as FakeNetbox;
    knobs.tokens = knobs.tokens.map((known) => ({
      ...known,
      view: ['ipam.ipaddress', 'virtualization.virtualmachine'],
    }));
    const { gaps } = await inventoryOf(homelab.house, 'names', 0);
    expect(gaps).toMatchObject([{ what: 'NetBox: devices' }, { what: 'NetBox: ranges' }]);
    const all = await pictureOf(homelab);
    expect(linksOf(all, 'address/10.0.30.61')).toHaveLength(1);
  });
});

test('every address that NetBox can hold leads to its place, with any mask and in any spelling', () => {
  const row = (address: string) =>
    Address.parse({
      id: 1,
      address,
      assigned_object_type: 'dcim.interface',
      assigned_object: { id: 3, display: 'eth0', device: { id: 7, display: 'nas' } },
    });
  fc.assert(
    fc.property(
      fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128))),
      ([ip, mask]) => {
        const things = thingsOf({
          instance: 'default',
          several: false,
          addresses: [row(`${ip}/${mask}`)],
          devices: [],
          machines: [],
        });
        const place = elsewhere(ip);
        expect(things.filter(({ ref }) => kindOf(ref) === 'address')).toMatchObject(
          place === undefined
            ? []
            : [{ ref: place, links: [{ to: 'device/default/7', how: 'belongs to' }] }],
        );
      },
    ),
  );
});

describe('what NetBox finds', () => {
  test.each(Object.entries<Incident>(netboxIncidents))(
    'is about what is known: %s',
    async (_name, { apply, expect: cause }) => {
      const all = await picture(apply);
      expect(adrift(all, 'netbox')).toEqual([]);
      expect(all.findings.map(({ id }) => id)).toEqual(
        cause === undefined
          ? expect.any(Array)
          : expect.arrayContaining([expect.stringContaining(cause)]),
      );
    },
  );

  test('an address given away twice is about it and about both owners', async () => {
    const { findings } = await picture(netboxIncidents['netbox-duplicate-address'].apply);
    const world = createWorld();
    expect(findings.find(({ id }) => id.startsWith('netbox.duplicate-address'))).toMatchObject({
      about: [
        'address/10.0.30.61',
        `device/default/vm/${machineId(world, 'paperless')}`,
        `device/default/vm/${machineId(world, 'frigate')}`,
      ],
      effect: 'risk',
    });
  });

  test('in a VRF it is about the owners alone: the address may be another', async () => {
    const all = await picture(netboxIncidents['netbox-sandbox-duplicate'].apply);
    const about = all.findings.find(({ id }) => id.includes('@1'))?.about ?? [];
    expect(about.map(kindOf)).toEqual(['device', 'device']);
  });
});
