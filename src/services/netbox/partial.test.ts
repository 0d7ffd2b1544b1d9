import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { document } from '../../demo/world/netbox.ts';
import { fakeNetbox } from './fake/index.ts';

async function start(
  turn: (world: World) => void = () => undefined,
  env: Record<string, string> = {},
): Promise<Lab> {
  const world = createWorld();
  turn(world);
  return lab({ only: ['netbox'], world, env });
}

/** For whom silence is a fault soon. */
const impatient = (): Promise<Lab> => start(undefined, { NETBOX_TIMEOUT_MS: '1000' });

describe('a model that is slow hides nothing of the others', () => {
  test('in a search', async () => {
    const homelab = await impatient();
    homelab.server('netbox').inject('hang', { path: /ip-addresses\/$/ });
    const { isError, data, text } = await homelab.call('netbox_search', { query: 'n8n' });
    expect([isError, data.found.vm]).toEqual([false, 1]);
    expect(text).toContain('NOT CHECKED: addresses (');
  });

  test('in a list of devices and VMs, of which only disks need the version', async () => {
    const homelab = await impatient();
    homelab.server('netbox').inject('hang', { path: /status\/$/ });
    const { data } = await homelab.call('netbox_list_devices', { name: 'n8n' });
    expect(data.machines).toMatchObject([{ name: 'n8n', memoryMB: expect.any(Number) }]);
    expect(data.machines[0].diskMB).toBeUndefined();
  });

  test('all of them silent is no empty answer', async () => {
    const homelab = await impatient();
    homelab.server('netbox').inject('hang');
    expect((await homelab.call('netbox_search', { query: 'n8n' })).isError).toBe(true);
  });
});

describe('a status that only one kind of object has', () => {
  test.each([
    ['paused', 'vm'],
    ['inventory', 'device'],
  ])('%s is asked of both and answered by one', async (status, kind) => {
    const homelab = await start(({ netbox }) => {
      for (const row of [netbox.machines[0], netbox.devices[0]])
        if (row && (kind === 'vm') === 'vcpus' in row) row.status = status;
    });
    const { isError, data } = await homelab.call('netbox_list_devices', { status });
    expect([isError, data.total, data.machines[0].kind, data.gaps]).toEqual([
      false,
      1,
      kind,
      undefined,
    ]);
  });

  test('one that none has is refused', async () => {
    const { isError, text } = await (await start()).call('netbox_list_devices', { status: 'gone' });
    expect([isError, text]).toEqual([true, expect.stringContaining('400 status: Select a valid')]);
  });
});

describe('an address that stands nowhere', () => {
  test('but lies in a range may be taken', async () => {
    const homelab = await start();
    const { text, data } = await homelab.call('netbox_list_ips', { address: '10.0.50.150' });
    expect(data.total).toBe(0);
    expect(text).toContain(
      'It lies in the range 10.0.50.100 to 10.0.50.199 (DHCP pool of the lab)',
    );
    const search = await homelab.call('netbox_search', { query: '10.0.50.150' });
    expect(search.data.hits).toContainEqual(
      expect.objectContaining({ kind: 'range', name: '10.0.50.100-10.0.50.199' }),
    );
  });

  test('and in no range is told as before', async () => {
    const { text } = await (await start()).call('netbox_list_ips', { address: '10.0.50.99' });
    expect(text).toBe('No such address in NetBox, or none the token may view.');
  });

  test('nor whether a range holds it could be asked is a gap', async () => {
    const homelab = await start();
    homelab.server('netbox').inject({ status: 500 }, { path: /ip-ranges/ });
    const { text } = await homelab.call('netbox_list_ips', { address: '10.0.50.150' });
    expect(text).toContain('NOT CHECKED: ranges (');
  });

  test.each(['10.0.30.300', '10.0.30', 'fd00::1::2', 'n8n'])(
    '%s is no address',
    async (address) => {
      const { isError, text } = await (await start()).call('netbox_list_ips', { address });
      expect([isError, text]).toEqual([true, expect.stringContaining('is no IP address')]);
    },
  );
});

test('an IPv6 address is the same in every spelling', async () => {
  const homelab = await start(({ netbox }) => {
    document(netbox.addresses, { address: 'fd00:30::5/64', dnsName: 'six.example.net' });
  });
  for (const query of ['fd00:30::5', 'FD00:30:0:0:0:0:0:5']) {
    const { data } = await homelab.call('netbox_search', { query, kind: 'address' });
    expect(data.hits).toMatchObject([{ name: 'fd00:30::5/64', match: 'exact' }]);
  }
});

test('a site is found by its slug, which filters take', async () => {
  const { data } = await (await start()).call('netbox_search', { query: 'home-lab' });
  expect(data.hits).toMatchObject([{ kind: 'site', name: 'Home lab', match: 'exact' }]);
});

describe('every row of a list is reached, page by page, and none twice', () => {
  type Row = { id: number; kind?: string; instance?: string };
  async function walk(homelab: Pick<Lab, 'call'>, tool: string, rows: string, args: object) {
    const seen: string[] = [];
    let total: number | undefined;
    for (let cursor: string | undefined; ;) {
      const { data } = await homelab.call(tool, { ...args, ...(cursor && { cursor }) });
      for (const { id, kind, instance } of data[rows] as Row[])
        seen.push(`${instance} ${kind} ${id}`);
      total ??= data.total as number;
      expect([data.total, data[rows].length > 0]).toEqual([total, true]);
      cursor = data.next;
      if (cursor === undefined) return { seen, total };
    }
  }

  test.each([
    ['netbox_list_ips', 'addresses', { limit: 7 }],
    ['netbox_list_ips', 'addresses', { host: 'caddy1', limit: 1 }],
    ['netbox_list_devices', 'machines', { limit: 9 }],
    ['netbox_list_devices', 'machines', { limit: 500 }],
    ['netbox_search', 'hits', { query: '10.0', limit: 11 }],
    ['netbox_search', 'hits', { query: '10.0.30.6', limit: 2 }],
  ])('%s %j', async (tool, rows, args) => {
    const { seen, total } = await walk(await start(), tool, rows, args);
    expect([seen.length, new Set(seen).size]).toEqual([total, total]);
  });

  test('over two servers, whose pages are smaller than what is asked for', async () => {
    const world = createWorld();
    const small = { maxPageSize: 5 };
    const fakes = [await fakeNetbox(world, small), await fakeNetbox(world, small)];
    for (const fake of fakes) onTestFinished(() => fake.close());
    const env = Object.fromEntries(
      fakes.flatMap(({ env: { NETBOX_URL, NETBOX_TOKEN } }, i) => [
        [`NETBOX_${'AB'[i]}_URL`, NETBOX_URL],
        [`NETBOX_${'AB'[i]}_TOKEN`, NETBOX_TOKEN],
      ]),
    );
    const homelab = await lab({ only: [], world, env });
    for (const [tool, rows] of [
      ['netbox_list_ips', 'addresses'],
      ['netbox_list_devices', 'machines'],
    ] as const) {
      const { seen, total } = await walk(homelab, tool, rows, { limit: 30 });
      expect([seen.length, new Set(seen).size]).toEqual([total, total]);
    }
  });

  test('a cursor of another list is refused', async () => {
    const homelab = await start();
    for (const [tool, args] of [
      ['netbox_search', { query: 'n8n', cursor: '12' }],
      ['netbox_list_ips', { cursor: '0.3.3' }],
    ] as const)
      expect(await homelab.call(tool, args)).toMatchObject({
        isError: true,
        text: expect.stringContaining('is no cursor of this list'),
      });
  });
});
