import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import { canonicalAddress, isOwnMachine } from '../../core/base/address.ts';
import { placeOf, type Thing } from '../../core/map.ts';
import { piholeIncidents } from '../../demo/incidents/pihole.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { incidentsOf } from '../../homelab/incidents/incidents.ts';
import type { ResolverState } from './health/resolver.ts';
import { upstreamRef } from './refs.ts';
import { thingsOf, type Observed } from './things.ts';

async function picture(change: (world: World) => void = () => undefined): Promise<Picture> {
  const world = createWorld();
  change(world);
  return pictureOf(await lab({ only: ['pihole'], world, env: { PIHOLE_DNS_TIMEOUT_MS: '200' } }));
}

const observed = (
  instance: string,
  hosts: string[],
  more: Partial<Observed> & { cnameRecords?: string[]; upstreams?: string[]; vip?: string } = {},
): Observed => ({
  instance,
  settings: {
    vip: more.vip,
    resolver: { host: '10.0.10.2', port: 53, timeoutMs: 200 },
    gravityDays: 14,
    upstreamFailureShare: 0.2,
    ...more.settings,
  },
  dns: 'dns' in more ? more.dns : { hosts, cnameRecords: [], upstreams: [], ...more },
  resolver: more.resolver,
});
const byRef = (things: readonly Thing[]): Map<string, Thing> =>
  new Map(things.map((thing) => [thing.ref, thing]));
const linksOf = (things: readonly Thing[], ref: string): string[] =>
  byRef(things)
    .get(ref)
    ?.links.map(({ how, to }) => `${how} ${to}`) ?? [];
const serves: ResolverState = { state: 'serves' };
const silent: ResolverState = { state: 'silent', why: 'x' };

describe('the part of the map', () => {
  test('of the demo: names lead to their addresses, the VIP belongs to the pair', async () => {
    const { map } = await picture();
    expect(map.path('name/n8n.lab.example.net', 'address/10.0.30.62')).toHaveLength(2);
    expect(map.path('name/backup.lab.example.net', 'name/pbs.lab.example.net')).toHaveLength(2);
    expect(map.path('name/dns.lab.example.net', 'instance/pihole')).toHaveLength(2);
    expect(map.path('address/10.0.10.53', 'instance/pihole')).toHaveLength(2);
    expect(map.things.get('instance/pihole')?.state).toBe('up');
    expect(map.things.get('instance/pihole/dns2')?.state).toBe('up');
    expect(map.things.get('upstream/9.9.9.9#53')?.links).toEqual([
      { to: 'address/9.9.9.9', how: 'reached at', by: ['Pi-hole'] },
    ]);
    expect(map.conflicts).toEqual([]);
  });

  test('a record of both is served by the pair, one that another lacks by the instance that has it', () => {
    const things = thingsOf(
      [
        observed('dns1', ['10.0.0.1 both.lan', '10.0.0.2 one.lan']),
        observed('dns2', ['10.0.0.1 both.lan']),
      ],
      true,
    );
    expect(linksOf(things, 'name/both.lan')).toEqual([
      'resolves to address/10.0.0.1',
      'served by instance/pihole',
    ]);
    expect(linksOf(things, 'name/one.lan')).toEqual([
      'resolves to address/10.0.0.2',
      'served by instance/pihole/dns1',
    ]);
    expect(byRef(things).get('name/one.lan')?.about).toBe('A, not on dns2');
  });

  test('an instance that did not tell its records is not said to lack them', () => {
    const things = thingsOf(
      [observed('dns1', ['10.0.0.1 a.lan']), observed('dns2', [], { dns: undefined })],
      true,
    );
    expect(linksOf(things, 'name/a.lan')).toContain('served by instance/pihole');
  });

  test('a single one without a VIP has no pair', () => {
    const things = thingsOf([observed('default', ['10.0.0.1 a.lan'])], false);
    expect(things.map(({ ref }) => ref)).toEqual(['instance/pihole/default', 'name/a.lan']);
    expect(linksOf(things, 'name/a.lan')).toContain('served by instance/pihole/default');
    expect(linksOf(things, 'instance/pihole/default')).toEqual(['reached at address/10.0.10.2']);
  });

  test('an instance does not stand on the VIP that it may hold', () => {
    const things = thingsOf([observed('dns1', [], { vip: '10.0.10.2' })], true);
    expect(linksOf(things, 'instance/pihole/dns1')).toEqual([]);
  });

  test.each([
    [[serves, serves], 'up'],
    [[serves, silent], 'degraded'],
    [[silent, silent], 'down'],
    [[serves, { state: 'not asked' } as const], 'up'],
    [[silent, { state: 'not asked' } as const], 'unknown'],
    [[undefined, undefined], undefined],
  ])('the pair of %j is %s', (resolvers, state) => {
    const things = thingsOf(
      resolvers.map((resolver, i) => observed(`dns${i}`, [], { resolver })),
      true,
    );
    expect(byRef(things).get('instance/pihole')?.state).toBe(state);
  });

  test('what is another machine for everybody joins nothing', () => {
    const hosts = ['127.0.0.1 a.lan', '0.0.0.0 b.lan', '::1 c.lan', '172.17.0.1 d.lan'];
    const upstreams = ['127.0.0.1#5335', 'localhost#5353', '::1#5335', '10.0.0.5#5335', '9.9.9.9'];
    const cnameRecords = ['e.lan,localhost'];
    const things = thingsOf([observed('dns1', hosts, { upstreams, cnameRecords })], true);
    expect(things.flatMap(({ links }) => links.filter(({ how }) => how === 'resolves to'))).toEqual(
      [],
    );
    expect(things.map(({ ref }) => ref).filter((ref) => ref.startsWith('upstream/'))).toEqual([
      'upstream/10.0.0.5#5335',
      'upstream/9.9.9.9#53',
    ]);
  });
});

describe('property', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const name = fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join('.'))
    // Digits alone are half an address, or a port.
    .filter((text) => !/^[\d.]+$/.test(text));
  const address = fc
    .oneof(fc.ipV4(), fc.ipV6())
    .filter((text) => canonicalAddress(text) !== undefined);

  test('every address that a record may hold is one place, in any spelling, or the own machine', () => {
    fc.assert(
      fc.property(address, name, (value, host) => {
        const things = thingsOf([observed('dns1', [`${value.toUpperCase()} ${host}.`])], true);
        const links = linksOf(things, `name/${host}`).filter((link) => link.startsWith('resolves'));
        const canonical = canonicalAddress(value) ?? '';
        expect(placeOf(value)).toBe(isOwnMachine(canonical) ? undefined : `address/${canonical}`);
        expect(links).toEqual(isOwnMachine(canonical) ? [] : [`resolves to address/${canonical}`]);
      }),
    );
  });

  test('every target of a CNAME is a name', () => {
    fc.assert(
      fc.property(name, name, (from, to) => {
        const things = thingsOf([observed('dns1', [], { cnameRecords: [`${from},${to}.`] })], true);
        expect(linksOf(things, `name/${from}`)).toContain(`resolves to name/${to}`);
      }),
    );
  });

  test('an upstream has one reference, with its port or without', () => {
    fc.assert(
      fc.property(address, (value) => {
        const ref = upstreamRef(value);
        expect(upstreamRef(`${value}#53`)).toBe(ref);
        expect(upstreamRef(`${value}#5335`) === ref).toBe(ref === undefined);
      }),
    );
  });
});

describe.each(Object.entries(piholeIncidents))('incident %s', (_, { apply }) => {
  test('every finding says what it does to what is on the map', async () => {
    const seen = await picture(apply);
    expect(adrift(seen, 'pihole')).toEqual([]);
    for (const { about, severity, effect } of seen.findings) {
      expect(about.length).toBeGreaterThan(0);
      if (severity === 'info') expect(effect).toBe('note');
      else expect(effect).not.toBe('note');
    }
  });
});

describe('joined to incidents', () => {
  const incidents = ({ findings, map }: Picture): string[] =>
    incidentsOf(
      findings.filter(({ effect }) => effect !== 'note'),
      map,
    ).map(({ id, consequences }) =>
      [id, ...consequences.map(({ finding }) => finding.id)].join(' < '),
    );

  test('a holder of the VIP without DNS is one', async () => {
    expect(incidents(await picture(piholeIncidents['dns-vip-dead'].apply))).toEqual([
      'pihole.vip-without-dns/10.0.10.53 < pihole.dns-silent/dns1',
    ]);
  });

  test('a pair of which nobody answers is one', async () => {
    const silence = (world: World): void => {
      for (const instance of world.pihole.instances) instance.mute = true;
    };
    const seen = await picture(silence);
    expect(seen.map.things.get('instance/pihole')?.state).toBe('down');
    expect(incidents(seen)).toHaveLength(1);
  });

  test('upstreams that fail for both are one, different ones are two', async () => {
    const failing =
      (upstreams: Record<string, string>) =>
      (world: World): void => {
        for (const { name, forwarded } of world.pihole.instances)
          for (const question of forwarded)
            Object.assign(question, { reply: 'SERVFAIL', upstream: upstreams[name] });
      };
    const same = await picture(failing({ dns1: '9.9.9.9#53', dns2: '9.9.9.9#53' }));
    expect(incidents(same)).toEqual([
      'pihole.upstream-failing/dns1 < pihole.upstream-failing/dns2',
    ]);
    const other = await picture(failing({ dns1: '9.9.9.9#53', dns2: '1.1.1.1#53' }));
    expect(incidents(other)).toHaveLength(2);
    expect(adrift(other, 'pihole')).toEqual([]);
    const own = await picture(failing({ dns1: '127.0.0.1#5335', dns2: '127.0.0.1#5335' }));
    expect(incidents(own)).toHaveLength(2);
  });

  test('blocking that is off explains no failing upstream', async () => {
    const seen = await picture((world) => {
      piholeIncidents['dns-blocking-off'].apply(world);
      piholeIncidents['dns-upstream-failing'].apply(world);
    });
    expect(incidents(seen)).toHaveLength(2);
  });

  test('a VIP that nobody holds leaves the names of the pair alone', async () => {
    const { map, findings } = await picture(piholeIncidents['dns-vip-nobody'].apply);
    const [vip] = findings.flatMap(({ about }) => about);
    expect(vip).toBe('address/10.0.10.53');
    expect(map.dependants('address/10.0.10.53')).toEqual(['name/dns.lab.example.net']);
  });
});
