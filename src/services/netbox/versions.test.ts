import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeNetbox, token } from './fake/index.ts';
import { addresses } from './fake/addresses.ts';
import { devices, machines } from './fake/machines.ts';
import { prefixes, sites, vlans } from './fake/networks.ts';
import { Serializer } from './fake/serializer.ts';
import { addressFilters, assertKnown, deviceFilters, machineFilters } from './filters.ts';
import { Address, Device, pageOf, Status } from './schema/index.ts';
import { isAtLeast } from './version.ts';

const releases = ['3.7.8', '4.0.11', '4.1.11', '4.2.9', '4.3.7', '4.4.10', '4.5.10', '4.6.8'];
const fixture = (name: string): unknown =>
  (
    JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as {
      body: unknown;
    }
  ).body;

async function on(version: string): Promise<Lab> {
  const world = createWorld();
  const fake = await fakeNetbox(world, {
    version,
    ...(!isAtLeast(version, '4.5') && {
      tokens: [token('0123456789abcdef0123456789abcdef01234567')],
    }),
  });
  onTestFinished(() => fake.close());
  return lab({ only: [], world, env: fake.env });
}

describe.each(releases)('NetBox %s', (version) => {
  test('answers the same questions the same way', async () => {
    const { call } = await on(version);
    expect((await call('netbox_list_ips', { host: 'n8n' })).data.addresses).toMatchObject([
      { address: '10.0.30.62/24', ownerKind: 'vm', owner: 'n8n', status: 'active' },
    ]);
    const [n8n] = (await call('netbox_list_devices', { name: 'n8n' })).data.machines;
    expect(n8n).toMatchObject({
      kind: 'vm',
      ip4: '10.0.30.62',
      cluster: 'homelab',
      host: 'pve-mini5',
      memoryMB: 2048,
    });
    expect(
      (await call('netbox_search', { query: '10.0.30.62', kind: 'prefix' })).data.hits[0],
    ).toMatchObject({ name: '10.0.30.0/24', about: expect.stringContaining('at Home lab') });
    expect(
      (await call('service_health')).data.services.find(
        ({ service }: { service: string }) => service === 'netbox',
      ),
    ).toMatchObject({ state: 'ok', version });
  });

  test('a disk is as large as it is, in gigabytes or megabytes', async () => {
    const { call } = await on(version);
    const [n8n] = (await call('netbox_list_devices', { name: 'n8n' })).data.machines;
    expect(Math.abs(n8n.diskMB - 20_480)).toBeLessThan(1_000);
  });
});

test('a version that is not told leaves the disk out, since its unit is not known', async () => {
  const { call, server } = await lab({ only: ['netbox'] });
  server('netbox').inject(
    {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"netbox-version":null,"plugins":null,"rq-workers-running":null}',
    },
    { path: /status/ },
  );
  const [n8n] = (await call('netbox_list_devices', { name: 'n8n' })).data.machines;
  expect([n8n.memoryMB, n8n.diskMB]).toEqual([2048, undefined]);
  expect(await call('netbox_list_ips', { assigned_to: 'vm' })).toMatchObject({
    isError: true,
    text: expect.stringContaining('a version it does not tell'),
  });
});

describe('filters and versions', () => {
  test('what an old NetBox would ignore is not sent to it', async () => {
    const { call, ...at } = await on('3.7.8');
    const { isError, text } = await call('netbox_list_ips', { assigned_to: 'vm' });
    expect([isError, text]).toEqual([
      true,
      'The filter assigned_object_type needs NetBox 4.0, and this is 3.7.8. Nothing was asked: NetBox would ignore it and return everything. Leave it out.',
    ]);
    expect(at.house.services.length).toBeGreaterThan(0);
  });

  test('what every version knows is sent without asking for the version first', async () => {
    const { call, requests } = await lab({ only: ['netbox'] });
    await call('netbox_list_ips', { prefix: '10.0.30.0/24' });
    expect(requests('netbox').map(({ path }) => path)).toEqual(['/api/ipam/ip-addresses/']);
    await call('netbox_list_ips', { assigned_to: 'vm' });
    expect(
      requests('netbox')
        .map(({ path }) => path)
        .slice(1),
    ).toEqual(['/api/status/', '/api/ipam/ip-addresses/']);
  });

  test('a name that is not in the table never leaves', () => {
    expect(() => assertKnown(addressFilters, { adress: '10.0.0.1' }, '4.6.8')).toThrow(
      'adress is not a filter',
    );
    expect(() => assertKnown(addressFilters, { constructor: 'x' }, '4.6.8')).toThrow(
      'constructor is not a filter',
    );
    expect(() => assertKnown(addressFilters, { adress: undefined }, undefined)).not.toThrow();
  });

  test('releases are compared by number', () => {
    expect([
      isAtLeast('4.10', '4.9'),
      isAtLeast('4.2.9', '4.3'),
      isAtLeast('5.0', '4.6'),
      isAtLeast('3.7.8', '4.0'),
    ]).toEqual([true, false, true, false]);
  });
});

describe('recorded answers', () => {
  test('status with the image behind the version, and without', () => {
    expect(Status.parse(fixture('status-4.2.5'))).toEqual({
      version: '4.2.5',
      plugins: ['netbox_dns'],
      workers: 1,
    });
    expect(Status.parse(fixture('status-4.6.4'))).toEqual({
      version: '4.6.4',
      plugins: [],
      workers: undefined,
    });
  });

  test('a device of 3.7 and an address of 4.2', () => {
    expect(pageOf(Device).parse(fixture('devices-3.7')).results).toMatchObject([
      {
        id: 88,
        name: 'PP:B117',
        status: 'active',
        model: 'Generic 48-Pair Fiber Panel',
        rack: 'Plant 1',
        site: { slug: 'ncsu-065' },
      },
    ]);
    expect(pageOf(Address).parse(fixture('ip-addresses-4.2')).results).toMatchObject([
      { address: '10.0.0.5/24', ownerKind: 'vm', owner: 'test-vm', interface: 'eth0' },
    ]);
  });
});

const data = new URL('../../../../shared/apis/data/', import.meta.url);
const read = (name: string): any => JSON.parse(readFileSync(new URL(name, data), 'utf8'));

// The upstream's schemas are kept outside the repository: without them this says that it was skipped.
describe.skipIf(!existsSync(data))(
  'against the schemas of the upstream (skipped where ../shared is missing)',
  () => {
    test('every filter that is sent is one of OpenAPI 4.2.2', () => {
      const { paths } = read('netbox-openapi-4.2.2-trimmed.json');
      const known = (model: string): string[] =>
        paths[`/api/${model}/`].get['x-query-parameters'].map((line: string) => line.split(':')[0]);
      for (const [model, filters] of [
        ['dcim/devices', deviceFilters],
        ['virtualization/virtual-machines', machineFilters],
        ['ipam/ip-addresses', addressFilters],
      ] as const)
        expect(known(model)).toEqual(expect.arrayContaining(Object.keys(filters)));
      for (const model of ['ipam/prefixes', 'ipam/vlans', 'dcim/sites'])
        expect(known(model)).toContain('q');
      expect(known('ipam/prefixes')).toContain('contains');
    });

    test.each(releases)('the fake has exactly the fields of the serializers of %s', (version) => {
      const { serializers } = read('netbox-serializer-fields-by-version.json');
      const release = new Serializer(createWorld(), version, 'http://netbox');
      const lists = {
        DeviceSerializer: devices(release),
        VirtualMachineWithConfigContextSerializer: machines(release),
        IPAddressSerializer: addresses(release),
        PrefixSerializer: prefixes(release),
        VLANSerializer: vlans(release),
        SiteSerializer: sites(release),
      };
      for (const [serializer, all] of Object.entries(lists)) {
        const { fields } = serializers[serializer][`v${version}`];
        expect([
          serializer,
          ...Object.keys(all[0] ?? {})
            .filter((name) => serializer !== 'DeviceSerializer' || name !== 'config_context')
            .sort(),
        ]).toEqual([serializer, ...[...fields].sort()]);
      }
    });
  },
);
