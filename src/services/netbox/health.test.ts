import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { document } from '../../demo/world/netbox.ts';
import { fakeNetbox, token, type Knobs } from './fake/index.ts';

async function verdict(
  change: (world: World) => void = () => undefined,
  knobs: Partial<Knobs> = {},
): Promise<Lab & { netbox: any; findings: string[]; text: string }> {
  const world = createWorld();
  change(world);
  const fake = await fakeNetbox(world, knobs);
  onTestFinished(() => fake.close());
  const one = await lab({ only: [], world, env: fake.env });
  const { data, text } = await one.call('service_health', { service: 'netbox' });
  return {
    ...one,
    netbox: data.services[0],
    findings: data.services[0].findings.map(
      ({ severity, id }: Record<string, string>) => `${severity} ${id}`,
    ),
    text,
  };
}

test('the healthy homelab: version, facts, nothing to say', async () => {
  const { netbox, text } = await verdict();
  expect(netbox).toMatchObject({
    state: 'ok',
    version: '4.6.8',
    headline: 'NetBox lists 64 addresses',
    facts: { addresses: 64, plugins: 1, 'background workers': 1 },
    findings: [],
  });
  expect(netbox.gaps).toBeUndefined();
  expect(text).toMatch(/^All clear\./);
});

describe.each(Object.entries(incidents).filter(([name]) => name.startsWith('netbox-')))(
  '%s',
  (_, { apply, expect: id }) => {
    test(id ?? 'causes no finding', async () => {
      const { findings } = await verdict(apply);
      if (id === undefined)
        expect(findings.filter((finding) => !finding.startsWith('info'))).toEqual([]);
      else expect(findings).toEqual([expect.stringContaining(id)]);
    });
  },
);

describe('duplicate addresses', () => {
  const duplicate =
    (more: object) =>
    (world: World): void => {
      document(world.netbox.addresses, {
        address: '10.0.30.62/24',
        owner: { kind: 'vm', name: 'wiki' },
        ...more,
      });
    };

  test('two owners are a conflict, whatever their masks; the finding leads to both', async () => {
    const { netbox, call } = await verdict(duplicate({ address: '10.0.30.62/32' }));
    expect(netbox).toMatchObject({
      state: 'degraded',
      findings: [
        {
          id: 'netbox.duplicate-address/10.0.30.62',
          severity: 'warning',
          message: '10.0.30.62 is documented for n8n and wiki at once',
        },
      ],
    });
    const { tool, arguments: args } = netbox.findings[0].next;
    expect(
      (await call(tool, args)).data.addresses.map(({ owner }: { owner: string }) => owner),
    ).toEqual(['n8n', 'wiki']);
  });

  test('twice the same owner is only untidy', async () => {
    expect((await verdict(duplicate({ owner: { kind: 'vm', name: 'n8n' } }))).findings).toEqual([
      'info netbox.duplicate-address/10.0.30.62',
    ]);
  });

  test.each([
    ['another VRF', { vrf: 1 }],
    ['deprecated', { status: 'deprecated' }],
    ['a role that shares', { role: 'anycast' }],
  ])('%s: quiet', async (_, more) => {
    expect((await verdict(duplicate(more))).findings).toEqual([]);
  });

  test('two VRFs of one name are two networks; within one it is a conflict unless it allows that', async () => {
    const twice = (vrfs: number[], unique: boolean) => (world: World) => {
      for (const id of [7, 8]) world.netbox.vrfs.push({ id, name: 'same', rd: null, unique });
      for (const [i, vrf] of vrfs.entries())
        document(world.netbox.addresses, {
          address: '10.7.0.1/24',
          vrf,
          owner: { kind: 'vm', name: ['wiki', 'n8n'][i] ?? '' },
        });
    };
    expect((await verdict(twice([7, 8], true))).findings).toEqual([]);
    expect((await verdict(twice([7, 7], true))).findings).toEqual([
      'warning netbox.duplicate-address/10.7.0.1@7',
    ]);
    const allowed = await verdict(twice([7, 7], false));
    expect(allowed.findings).toEqual(['info netbox.duplicate-address/10.7.0.1@7']);
    expect(allowed.netbox.findings[0].message).toBe(
      '10.7.0.1 is documented for wiki and n8n at once in VRF same, which is set to allow duplicates',
    );
  });

  test('only the first so many are compared, and the facts say how many', async () => {
    const world = createWorld();
    const { call, requests } = await lab({
      only: ['netbox'],
      world,
      env: { NETBOX_COMPARE_ADDRESSES: '10' },
    });
    const { data } = await call('service_health', { service: 'netbox' });
    expect(data.services[0].facts).toMatchObject({ addresses: 64, 'compared for duplicates': 10 });
    expect(
      requests('netbox')
        .filter(({ path }) => path.includes('ip-addresses'))
        .map(({ query }) => query.get('limit')),
    ).toEqual(['10']);
  });
});

describe('a NetBox of which one part is silent', () => {
  test.each([
    [/status\/$/, 'version and workers'],
    [/ip-addresses\/$/, 'duplicate addresses'],
    [/devices\/$/, 'devices marked failed'],
  ])('%s costs its own gap only', async (path, what) => {
    const world = createWorld();
    const homelab = await lab({ only: ['netbox'], world, env: { NETBOX_TIMEOUT_MS: '1000' } });
    homelab.server('netbox').inject('hang', { path });
    const { data } = await homelab.call('service_health', { service: 'netbox' });
    const [row] = data.services;
    expect(row.gaps.map((gap: { what: string }) => gap.what)).toEqual([what]);
    expect([row.findings, row.problem]).toEqual([[], undefined]);
  });
});

test('two NetBoxes with the same fault have two findings, each with its instance', async () => {
  const world = createWorld();
  incidents['netbox-duplicate-address']?.apply(world);
  const fakes = [await fakeNetbox(world), await fakeNetbox(world)];
  for (const fake of fakes) onTestFinished(() => fake.close());
  const env = Object.fromEntries(
    fakes.flatMap(({ env: { NETBOX_URL, NETBOX_TOKEN } }, i) => [
      [`NETBOX_${'AB'[i]}_URL`, NETBOX_URL],
      [`NETBOX_${'AB'[i]}_TOKEN`, NETBOX_TOKEN],
    ]),
  );
  const { call } = await lab({ only: [], world, env });
  const { data } = await call('service_health', { service: 'netbox' });
  const findings = data.services[0].findings as { id: string; next: { arguments: object } }[];
  expect(findings.map(({ id, next }) => [id, next.arguments])).toEqual(
    ['a', 'b'].map((instance) => [
      `netbox.duplicate-address/${instance}/10.0.30.61`,
      { address: '10.0.30.61', instance },
    ]),
  );
});

describe('background workers', () => {
  test('a release that does not tell how many run is not one without', async () => {
    const { netbox, findings } = await verdict((world) => {
      Object.assign(world.netbox, { workers: null });
    });
    expect([netbox.facts['background workers'], findings]).toEqual(['not told', []]);
  });
});

describe('v1 tokens', () => {
  const old = '0123456789abcdef0123456789abcdef01234567';
  test('are on their way out from 4.6', async () => {
    expect((await verdict(undefined, { tokens: [token(old)] })).findings).toEqual([
      'info netbox.token-v1/default',
    ]);
  });
  test('are the only ones before: quiet', async () => {
    expect(
      (await verdict(undefined, { tokens: [token(old)], version: '4.4.10' })).findings,
    ).toEqual([]);
  });
});

describe('what the token may not view is named, never taken for fine', () => {
  const view = ['dcim.device', 'virtualization.virtualmachine'];
  test('in the verdict', async () => {
    const { netbox, text } = await verdict(undefined, {
      tokens: [{ ...token('nbt_abc.defghijklmnop'), view }],
    });
    expect(netbox.gaps).toMatchObject([
      { what: 'duplicate addresses', why: expect.stringContaining('403') },
    ]);
    expect(netbox.facts).not.toHaveProperty('addresses');
    expect(text).toMatch(/^Nothing is broken in what the credentials may see/);
  });

  test('a token that sees not one object says nothing about NetBox', async () => {
    const { netbox, text } = await verdict(({ netbox: world }) => {
      Object.assign(world, { addresses: [], devices: [], machines: [] });
    });
    expect([netbox.state, netbox.gaps]).toMatchObject([
      'denied',
      [{ what: 'any address, device or VM', denied: true }],
    ]);
    expect(text).not.toMatch(/^All clear/);
    const { netbox: documented } = await verdict(({ netbox: world }) => {
      world.addresses = [];
    });
    expect(documented).toMatchObject({ state: 'ok' });
  });

  test('by the doctor, with the permission that is missing', async () => {
    const { house: runtime } = await verdict(undefined, {
      tokens: [{ ...token('nbt_abc.defghijklmnop'), view }],
    });
    const [configured] = runtime.services.filter(({ service }) => service.id === 'netbox');
    const { doctor } = await configured!.service.load();
    const { version, rights } = await doctor({
      instances: configured!.instances,
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
      failed: () => undefined,
    });
    expect(version).toBe('4.6.8');
    expect(rights.filter(({ granted }) => granted).map(({ what }) => what)).toEqual([
      'view dcim.device',
      'view virtualization.virtualmachine',
    ]);
    expect(rights.find(({ what }) => what === 'view ipam.ipaddress')?.fix).toContain(
      'object type ipam.ipaddress, action "view"',
    );
  });

  test('a token that may view nothing is denied', async () => {
    const { netbox } = await verdict(undefined, {
      tokens: [{ ...token('nbt_abc.defghijklmnop'), expired: true }],
    });
    expect(netbox).toMatchObject({
      state: 'denied',
      problem: expect.stringContaining('Token expired'),
    });
  });
});
