import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caddyLab, on, proxy, server } from '../../../test/caddy-lab.ts';
import { lab } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import { canonicalAddress, isOwnMachine } from '../../core/base/address.ts';
import type { Thing } from '../../core/map.ts';
import { piholeIncidents } from '../../demo/incidents/pihole.ts';
import { proxyIncidents } from '../../demo/incidents/proxy.ts';
import type { World } from '../../demo/world/index.ts';
import type { Symptom } from '../../homelab/incidents/incident.ts';
import { incidentsOf } from '../../homelab/incidents/incidents.ts';
import { HomelabMap } from '../../homelab/map/map.ts';
import { placeOfDial } from './refs.ts';
import { sitesOf } from './sites.ts';
import { thingsOf, type Observed } from './things.ts';

async function picture(change: (world: World) => void = () => undefined): Promise<Picture> {
  const at = await caddyLab();
  change(at.world);
  return pictureOf(at);
}

const observed = (instance: string, routes: unknown, more: Partial<Observed> = {}): Observed => ({
  instance,
  sites: sitesOf(server(routes)() as Parameters<typeof sitesOf>[0]),
  upstreams: undefined,
  metrics: undefined,
  ...more,
});
const thing = (things: readonly Thing[], ref: string): Thing | undefined =>
  things.find((candidate) => candidate.ref === ref);
const linksOf = (things: readonly Thing[], ref: string): string[] =>
  thing(things, ref)?.links.map(({ how, to }) => `${how} ${to}`) ?? [];
const gauge = (address: string, value: number) =>
  new Map([['caddy_reverse_proxy_upstreams_healthy', [{ labels: { upstream: address }, value }]]]);
const checked = { health_checks: { active: { uri: '/' } } };

describe('the part of the map', () => {
  test('of the demo: a site stands on its upstream, that on its address, and the pair serves it', async () => {
    const { map } = await picture();
    expect(map.path('site/n8n.lab.example.net', 'address/10.0.30.62')).toEqual([
      'site/n8n.lab.example.net',
      'upstream/10.0.30.62:5678',
      'address/10.0.30.62',
    ]);
    expect(map.path('site/files.lab.example.net', 'instance/caddy')).toHaveLength(2);
    expect(map.things.get('site/n8n.lab.example.net')).toMatchObject({
      state: 'up',
      aliases: ['https://n8n.lab.example.net'],
      more: { tool: 'caddy_list_sites', arguments: { host: 'n8n.lab.example.net' } },
    });
    expect(map.things.get('upstream/10.0.30.64:3000')?.state).toBe('unknown');
    expect(map.things.get('site/files.lab.example.net')?.state).toBeUndefined();
    expect(map.things.get('instance/caddy')?.state).toBe('up');
  });

  test('a site that one of two has is served by that one', () => {
    const shared = on(['both.lan'], proxy('10.0.0.1:80'));
    const things = thingsOf(
      [observed('a', [shared, on(['one.lan'], proxy('10.0.0.2:80'))]), observed('b', [shared])],
      ['a', 'b'],
    );
    expect(linksOf(things, 'site/both.lan')).toEqual([
      'served by instance/caddy',
      'forwards to upstream/10.0.0.1:80',
    ]);
    expect(linksOf(things, 'site/one.lan')).toContain('served by instance/caddy/a');
    expect(thing(things, 'site/one.lan')?.about).toBe('served by a only');
  });

  test('while one is silent, nobody says that it lacks a site', () => {
    const things = thingsOf([observed('a', [on(['x.lan'], proxy('10.0.0.1:80'))])], ['a', 'b']);
    expect(linksOf(things, 'site/x.lan')).toContain('served by instance/caddy');
    expect(thing(things, 'instance/caddy')?.state).toBe('degraded');
  });

  test('a single one has no pair', () => {
    const things = thingsOf([observed('default', [on(['x.lan'], proxy('a.lan:80'))])], ['default']);
    expect(things.map(({ ref }) => ref)).toEqual([
      'instance/caddy/default',
      'site/x.lan',
      'upstream/a.lan:80',
    ]);
    expect(linksOf(things, 'site/x.lan')).toContain('served by instance/caddy/default');
    expect(linksOf(things, 'upstream/a.lan:80')).toEqual(['reached at name/a.lan']);
  });

  test('what answers any host is called by its port', () => {
    const things = thingsOf([observed('a', [{ handle: [proxy('10.0.0.1:80')] }])], ['a']);
    expect(thing(things, 'site/:443')).toMatchObject({
      title: 'any host on port 443',
      aliases: [],
      links: [{ to: 'instance/caddy/a' }, { to: 'upstream/10.0.0.1:80' }],
    });
  });

  test('an upstream is down where one says so and no check of the other one passes', () => {
    const address = '10.0.0.1:80';
    const routes = (more: object) => [on(['x.lan'], proxy(address, more))];
    const state = (mine: number, other: number, more: object): unknown =>
      thing(
        thingsOf(
          [
            observed('a', routes(more), { metrics: gauge(address, mine) }),
            observed('b', routes(more), { metrics: gauge(address, other) }),
          ],
          ['a', 'b'],
        ),
        `upstream/${address}`,
      )?.state;
    const passive = { health_checks: { passive: { fail_duration: '30s' } } };
    expect(state(1, 1, checked)).toBe('up');
    expect(state(0, 0, checked)).toBe('down');
    expect(state(0, 1, checked)).toBe('degraded');
    expect(state(0, 1, passive)).toBe('down');
    expect(state(1, 1, {})).toBe('unknown');
  });

  test('a site with an upstream left is worse, one without is down', () => {
    const two = {
      handler: 'reverse_proxy',
      upstreams: [{ dial: 'a:1' }, { dial: 'b:1' }],
      ...checked,
    };
    const metrics = new Map([
      [
        'caddy_reverse_proxy_upstreams_healthy',
        [
          { labels: { upstream: 'a:1' }, value: 0 },
          { labels: { upstream: 'b:1' }, value: 1 },
        ],
      ],
    ]);
    const routes = [on(['two.lan'], two), on(['one.lan'], proxy('a:1', checked))];
    const things = thingsOf([observed('c', routes, { metrics })], ['c']);
    expect(thing(things, 'site/two.lan')?.state).toBe('degraded');
    expect(thing(things, 'site/one.lan')?.state).toBe('down');
  });
});

describe('where a dial address leads', () => {
  test.each([
    ['10.0.30.62:5678', 'address/10.0.30.62'],
    ['tcp/10.0.30.62:5678', 'address/10.0.30.62'],
    ['tcp6/[fd00:0::9]:443', 'address/fd00::9'],
    ['NAS.lab.test:80', 'name/nas.lab.test'],
    ['n8n:5678', 'name/n8n'],
    ['a n8n.lab.test', 'name/n8n.lab.test'],
    ['unix//run/php/php-fpm.sock', undefined],
    ['unix/run.sock', undefined],
    ['fd/3', undefined],
    ['srv _web._tcp.lab.test', undefined],
    ['multi ', undefined],
    ['{http.request.host}:443', undefined],
    [':8080', undefined],
    ['localhost:8080', undefined],
    ['127.0.0.1:8080', undefined],
    ['[::1]:8080', undefined],
    ['172.17.0.1:8080', undefined],
    ['host.docker.internal:8080', undefined],
  ])('%s: %s', (dial, place) => {
    expect(placeOfDial(dial)).toBe(place);
  });

  test('every address and port is one place, in any spelling, or the own machine', () => {
    const address = fc
      .oneof(fc.ipV4(), fc.ipV6())
      .filter((text) => canonicalAddress(text) !== undefined);
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const canonical = canonicalAddress(host) ?? '';
        const dial = `${host.includes(':') ? `[${host}]` : host}:${port}`;
        expect(placeOfDial(dial)).toBe(
          isOwnMachine(canonical) ? undefined : `address/${canonical}`,
        );
      }),
    );
  });
});

describe.each(Object.entries(proxyIncidents))('incident %s', (_, { apply }) => {
  test('every finding says what it does to what is on the map', async () => {
    const seen = await picture(apply);
    expect(adrift(seen, 'caddy')).toEqual([]);
    for (const { about, severity, effect } of seen.findings) {
      expect(about.length).toBeGreaterThan(0);
      if (severity === 'info') expect(effect).toBe('note');
      else expect(effect).not.toBe('note');
    }
  });
});

describe('joined to incidents', () => {
  /** The guest behind n8n, as whoever runs it would tell. */
  const guest = {
    by: 'Proxmox VE',
    things: [
      { ref: 'guest/lab/30062', title: 'n8n', state: 'down', links: [] },
      {
        ref: 'address/10.0.30.62',
        title: '10.0.30.62',
        links: [{ to: 'guest/lab/30062', how: 'belongs to' }],
      },
    ] satisfies Thing[],
  };
  const stopped: Symptom = {
    id: 'proxmox.guest-stopped/30062',
    severity: 'critical',
    about: ['guest/lab/30062'],
    effect: 'stops',
  };
  const incidents = ({ parts, findings }: Picture, others: readonly Symptom[] = []): string[] =>
    incidentsOf<Symptom>([...others, ...findings], new HomelabMap([...parts, guest])).map(
      ({ id, consequences }) => [id, ...consequences.map(({ finding }) => finding.id)].join(' < '),
    );

  test('a stopped guest explains the upstream on it', async () => {
    const seen = await picture(proxyIncidents['application-crashed'].apply);
    expect(incidents(seen, [stopped])).toEqual([
      'proxmox.guest-stopped/30062 < caddy.upstream-down/10.0.30.62:5678',
    ]);
  });

  test('it explains the errors of its site, and no upstream elsewhere', async () => {
    const seen = await picture(({ proxy: { nodes, crashed }, fqdn }) => {
      crashed.push('grafana');
      for (const site of nodes.flatMap(({ sites }) => sites))
        if (site.host === fqdn('n8n')) Object.assign(site, { errorShare: 1, requestsPerSecond: 5 });
    });
    expect(incidents(seen, [stopped])).toEqual([
      expect.stringMatching(/^proxmox\.guest-stopped\/30062 < caddy\.error-rate\/n8n\.\S+$/),
      expect.stringMatching(/^caddy\.upstream-down\/[\d.:]+$/),
    ]);
  });

  test('it explains no certificate, though one of its sites shows it', async () => {
    for (const name of ['site-certificate-expiring', 'site-without-certificate'] as const) {
      const seen = await picture(proxyIncidents[name].apply);
      expect(incidents(seen, [stopped])).toHaveLength(2);
    }
  });

  test('a finding on several sites is not explained by what stops one of them', async () => {
    const seen = await picture(({ proxy: { nodes, crashed }, fqdn }) => {
      crashed.push('wiki', 'ollama');
      for (const { name, sites } of nodes)
        for (const site of sites)
          if (name === 'caddy1' && [fqdn('wiki'), fqdn('ollama')].includes(site.host))
            site.pastFailures = 5;
    });
    const [finding] = seen.findings;
    expect(finding).toMatchObject({
      id: 'caddy.failing-since-reload/caddy1',
      about: ['site/ollama.lab.example.net', 'site/wiki.lab.example.net'],
      effect: 'risk',
    });
  });

  test('an upstream that the check of the other one passes is worse, not gone', async () => {
    const at = await caddyLab();
    at.caddy.servers[0]?.inject(
      {
        status: 200,
        body: 'caddy_reverse_proxy_upstreams_healthy{upstream="10.0.30.62:5678"} 0\n',
        headers: { 'content-type': 'text/plain' },
      },
      { path: /metrics/ },
    );
    const { findings, map } = await pictureOf(at);
    expect(findings).toMatchObject([
      { id: 'caddy.upstream-down/10.0.30.62:5678', severity: 'warning', effect: 'degrades' },
    ]);
    expect(map.things.get('upstream/10.0.30.62:5678')?.state).toBe('degraded');
  });
});

test('in the whole homelab, everything that Caddy and Pi-hole find stands on one map without a conflict', async () => {
  const at = await lab();
  for (const { apply } of [
    proxyIncidents['application-crashed'],
    proxyIncidents['proxies-differ'],
    piholeIncidents['dns-drift'],
    piholeIncidents['dns-cname-nowhere'],
  ])
    apply(at.world);
  const seen = await pictureOf(at);
  const ids = seen.findings.map(({ id }) => id.replace(/\/.*/, ''));
  expect(ids).toEqual(
    expect.arrayContaining([
      'caddy.upstream-down',
      'caddy.config-drift',
      'pihole.records-apart',
      'pihole.cname-dangling',
    ]),
  );
  expect([...adrift(seen, 'caddy'), ...adrift(seen, 'pihole')]).toEqual([]);
  expect(seen.map.conflicts).toEqual([]);
});
