import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import { document } from '../../demo/world/netbox.ts';
import { fakeNetbox, type FakeNetbox, type Knobs } from './fake/index.ts';

/** A lab whose NetBox is set up otherwise. */
async function netboxLab(
  knobs: Partial<Knobs> = {},
  env: Record<string, string> = {},
): Promise<Lab & { netbox: FakeNetbox }> {
  const world = createWorld();
  const netbox = await fakeNetbox(world, knobs);
  onTestFinished(() => netbox.close());
  return { ...(await lab({ only: ['netbox'], world, env: { ...netbox.env, ...env } })), netbox };
}
const asked = ({ netbox }: { netbox: FakeNetbox }): string[] =>
  netbox.requests.map(
    ({ method, path, query }) =>
      `${method} ${path}?${[...query]
        .filter(([name]) => !['fields', 'exclude'].includes(name))
        .map((pair) => pair.join('='))
        .join('&')}`,
  );

describe('netbox_search', () => {
  test('asks every kind in its own words and puts the best match first', async () => {
    const at = await netboxLab();
    const { data, text } = await at.call('netbox_search', { query: 'wiki' });
    expect(
      data.hits.map(({ kind, name, match }: Record<string, string>) => [kind, name, match]),
    ).toEqual([
      ['vm', 'wiki', 'exact'],
      ['address', '10.0.30.64/24', 'starts'],
      ['vm', 'old-wiki', 'contains'],
      ['address', '10.0.50.16/24', 'contains'],
    ]);
    expect(text).toContain('4 matches for "wiki": 2 VMs, 2 addresses.');
    expect(text).toMatch(
      /vm +wiki +active +exact +\d+ +container, 10\.0\.30\.64, on pve-mini5, cluster homelab/,
    );
    expect(asked(at).sort()).toEqual(
      [
        'dcim/devices',
        'dcim/sites',
        'ipam/ip-addresses',
        'ipam/prefixes',
        'ipam/vlans',
        'virtualization/virtual-machines',
      ].map((model) => `GET /api/${model}/?q=wiki&limit=50`),
    );
    expect(
      at.netbox.requests.every(
        ({ query, headers }) =>
          query.get('fields') && headers.authorization?.startsWith('Bearer nbt_'),
      ),
    ).toBe(true);
  });

  test('an address is looked up exactly, beside the prefixes that hold it, the narrowest first', async () => {
    const at = await netboxLab();
    for (let n = 0; n < 80; n += 1)
      document(at.world.netbox.addresses, { address: `10.0.30.${100 + n}/24` });
    document(at.world.netbox.addresses, { address: '10.0.30.1/25', dnsName: 'late.example.net' });
    const { data } = await at.call('netbox_search', { query: '10.0.30.1', limit: 5 });
    expect(
      data.hits
        .filter(({ match }: { match: string }) => match === 'exact')
        .map(({ name }: { name: string }) => name),
    ).toEqual(['10.0.30.1/24', '10.0.30.1/25']);
    expect(asked(at)).toContain('GET /api/ipam/prefixes/?contains=10.0.30.1&limit=5');
    const prefixes = await at.call('netbox_search', { query: '10.0.30.62', kind: 'prefix' });
    expect(prefixes.data.hits.map(({ name }: { name: string }) => name)).toEqual([
      '10.0.30.0/24',
      '10.0.0.0/16',
    ]);
  });

  test('a MAC address finds the machine that has it', async () => {
    const { call } = await netboxLab();
    const { data } = await call('netbox_search', { query: 'bc-24-11-00-75-6e' });
    expect(data.hits).toMatchObject([{ kind: 'vm', name: 'n8n', match: 'exact' }]);
  });

  test('a model the token may not view is named and hides nothing else', async () => {
    const at = await netboxLab();
    at.netbox.knobs.tokens[0] = {
      ...at.netbox.knobs.tokens[0]!,
      view: [
        'virtualization.virtualmachine',
        'dcim.device',
        'dcim.site',
        'ipam.vlan',
        'ipam.prefix',
      ],
    };
    const { isError, data, text } = await at.call('netbox_search', { query: 'n8n' });
    expect([isError, data.total, data.found]).toEqual([
      false,
      1,
      { device: 0, vm: 1, prefix: 0, vlan: 0, site: 0 },
    ]);
    expect(text).toContain(
      'NOT CHECKED: addresses (GET /ipam/ip-addresses/: 403 You do not have permission to perform this action',
    );
  });

  test('nothing found is not "does not exist": what permissions hide looks the same', async () => {
    const { call } = await netboxLab({ hidden: ['vaultwarden'] });
    const { isError, text } = await call('netbox_search', { query: 'vaultwarden', kind: 'vm' });
    expect([isError, text]).toEqual([
      false,
      expect.stringContaining('may not view look the same as none'),
    ]);
  });

  test('is bounded, and says what it left out', async () => {
    const { call } = await netboxLab();
    const { data, text } = await call('netbox_search', { query: '10.0', limit: 3 });
    expect([data.hits.length, data.total]).toEqual([3, 125]);
    expect(text).toContain(
      '3 of 125 shown. cursor="0.3.3" goes on; or give more of the name, or a kind.',
    );
  });

  test('a blank query would return everything: it is refused before anything is sent', async () => {
    const at = await netboxLab();
    expect(await at.call('netbox_search', { query: '   ' })).toMatchObject({ isError: true });
    expect(at.netbox.requests).toEqual([]);
  });
});

describe('netbox_list_ips', () => {
  test('finds the addresses of a host in any case, by its id and never by both filters at once', async () => {
    const at = await netboxLab();
    const { data, text } = await at.call('netbox_list_ips', { host: 'CADDY1' });
    expect(data.addresses).toMatchObject([
      {
        address: '10.0.10.4/24',
        ownerKind: 'vm',
        owner: 'caddy1',
        interface: 'eth0',
        dnsName: 'caddy1.lab.example.net',
      },
      { address: '10.0.10.80/24', role: 'vip', owner: 'caddy1' },
    ]);
    expect(text).toMatch(/^2 addresses\.\n/);
    expect(asked(at)).toEqual([
      'GET /api/dcim/devices/?name=CADDY1&limit=50',
      'GET /api/virtualization/virtual-machines/?name=CADDY1&limit=50',
      'GET /api/ipam/ip-addresses/?virtual_machine_id=3&limit=50',
    ]);
  });

  test('who has an address: a device, a VM, several machines together, or nobody', async () => {
    const { call } = await netboxLab();
    const of = async (address: string) =>
      (await call('netbox_list_ips', { address })).data.addresses.map(
        ({ ownerKind, owner, vrf }: Record<string, string>) => [ownerKind, owner, vrf],
      );
    expect(await of('10.0.10.1')).toEqual([['device', 'gw1', undefined]]);
    expect(await of('10.0.10.53')).toEqual([
      ['shared', 'dns VRRPv3: 53 (10.0.10.53/24)', undefined],
    ]);
    expect(await of('10.0.10.11')).toEqual([
      ['device', 'pve-mini1', undefined],
      [undefined, undefined, 'Lab sandbox (65000:50)'],
    ]);
    expect(await of('10.0.99.99')).toEqual([]);
  });

  test('filters by prefix, name, status, role, tag and owner', async () => {
    const { call } = await netboxLab();
    const total = async (filter: Record<string, unknown>): Promise<number> =>
      (await call('netbox_list_ips', filter)).data.total;
    expect(await total({ prefix: '10.0.40.0/24' })).toBe(5);
    expect(await total({ dns_name: 'HOME-ASSISTANT' })).toBe(1);
    expect(await total({ status: 'reserved' })).toBe(1);
    expect(await total({ role: 'vip' })).toBe(2);
    expect(await total({ tag: 'media', prefix: '10.0.20.0/24' })).toBe(4);
    expect(await total({ assigned_to: 'device' })).toBe(15);
    // The floating address of a group belongs to nobody's interface, and is no free one.
    expect(await total({ assigned_to: 'nothing' })).toBe(2);
  });

  test('an unknown host gives the nearest names, an unknown value what NetBox says about it', async () => {
    const { call } = await netboxLab();
    expect((await call('netbox_list_ips', { host: 'postgres' })).text).toContain(
      'Near: postgres1, postgres2.',
    );
    const bogus = await call('netbox_list_ips', { status: 'bogus' });
    expect(bogus).toMatchObject({
      isError: true,
      text: expect.stringContaining(
        '400 status: Select a valid choice. bogus is not one of the available choices.',
      ),
    });
    expect((await call('netbox_list_ips', { prefix: '10.0.30' })).text).toContain('is not a CIDR');
  });
});

describe('netbox_list_devices', () => {
  test('lists devices and VMs together, unnamed ones by what they are', async () => {
    const { call } = await netboxLab();
    const { data, text } = await call('netbox_list_devices', { limit: 500 });
    expect([data.total, data.machines.length]).toEqual([56, 56]);
    expect(data.machines.find(({ name }: { name: string }) => name === 'n8n')).toEqual({
      kind: 'vm',
      id: 27,
      name: 'n8n',
      status: 'active',
      role: 'container',
      site: 'Home lab',
      cluster: 'homelab',
      host: 'pve-mini5',
      ip4: '10.0.30.62',
      vcpus: 2,
      memoryMB: 2048,
      diskMB: 20_480,
      description: 'Workflow automation.',
      tags: ['apps', 'automation'],
    });
    expect(text).toContain('Generic 24-Port Patch Panel (12)');
    expect(text).toMatch(
      /vm +n8n +active +container +10\.0\.30\.62 +Home lab\/homelab +pve-mini5 +2 \/ 2048 MB \/ 20480 MB/,
    );
  });

  test('a cluster filter goes to VMs only: devices would ignore it and all be listed', async () => {
    const at = await netboxLab();
    const { data } = await at.call('netbox_list_devices', { cluster: 'homelab', limit: 100 });
    expect([data.total, new Set(data.machines.map(({ kind }: { kind: string }) => kind))]).toEqual([
      44,
      new Set(['vm']),
    ]);
    expect(at.netbox.requests.filter(({ path }) => path.includes('devices'))).toEqual([]);
    at.netbox.forget();
    expect(
      await at.call('netbox_list_devices', { cluster: 'homelab', kind: 'device' }),
    ).toMatchObject({ isError: true, text: expect.stringContaining('cluster is for VMs') });
    expect(at.netbox.requests).toEqual([]);
  });

  test('an empty filter is none, and a blank one is refused: NetBox would take it for none', async () => {
    const at = await netboxLab();
    expect(await at.call('netbox_list_devices', { site: '' })).toMatchObject({ isError: false });
    expect(asked(at).some((line) => line.includes('site='))).toBe(false);
    at.netbox.forget();
    expect(await at.call('netbox_list_devices', { site: ' ' })).toMatchObject({ isError: true });
    expect(at.netbox.requests).toEqual([]);
  });

  test('pages by offset when pages are small, never by the links of the server', async () => {
    const at = await netboxLab({ maxPageSize: 20 });
    const { data } = await at.call('netbox_list_devices', { kind: 'vm', limit: 50 });
    expect([
      data.machines.length,
      new Set(data.machines.map(({ id }: { id: number }) => id)).size,
    ]).toEqual([44, 44]);
    expect(asked(at).filter((line) => line.includes('virtual-machines'))).toEqual(
      ['limit=50', 'limit=30&offset=20', 'limit=10&offset=40'].map(
        (query) => `GET /api/virtualization/virtual-machines/?${query}`,
      ),
    );
  });
});

describe('a filter that is ignored must not look like an answer', () => {
  test.each([
    ['netbox_list_devices', { status: 'offline' }, 'status'],
    ['netbox_list_devices', { name: 'wiki' }, 'name__ic'],
    ['netbox_list_ips', { tag: 'media' }, 'tag'],
    ['netbox_list_ips', { role: 'vip' }, 'role'],
  ])('%s %j', async (tool, filter, name) => {
    const { call } = await netboxLab({ dropped: [name] });
    const { isError, text } = await call(tool, filter);
    expect([isError, text]).toEqual([
      true,
      expect.stringMatching(new RegExp(`rows are not ${name}=.*The filter was ignored`)),
    ]);
  });
});

test('several NetBoxes: each row says where it stands, and one can be asked alone', async () => {
  const world = createWorld();
  const [home, work] = [await fakeNetbox(world), await fakeNetbox(createWorld())];
  onTestFinished(async () => {
    await home.close();
    await work.close();
  });
  const { call } = await lab({
    only: [],
    env: {
      NETBOX_HOME_URL: home.url,
      NETBOX_WORK_URL: `${work.url}/api/`,
      NETBOX_TOKEN: home.env.NETBOX_TOKEN,
    },
  });
  const { data, text } = await call('netbox_search', { query: 'n8n', kind: 'vm' });
  expect(data.hits.map(({ instance }: { instance: string }) => instance)).toEqual(['home', 'work']);
  expect(text).toMatch(/instance +kind/);
  home.forget();
  expect(
    (await call('netbox_list_ips', { host: 'n8n', instance: 'work' })).data.addresses,
  ).toMatchObject([{ address: '10.0.30.62/24' }]);
  expect(home.requests).toEqual([]);
});
