import { describe, expect, test } from 'vitest';
import { caddyLab, paths } from '../../../test/caddy-lab.ts';

interface Row {
  host: string;
  ports: number[];
  tls?: string;
  on: string[];
  drift?: string;
  rules: {
    when?: string;
    does: string;
    upstreams?: { address: string; health: string; detail?: string }[];
  }[];
}
const only = ({ data }: { data: { sites: Row[] } }): Row => data.sites[0] as Row;

/** A config with one TLS server. */
const server =
  (routes: unknown, more: object = {}, apps: object = {}) =>
  () => ({ apps: { http: { servers: { srv0: { listen: [':443'], routes, ...more } } }, ...apps } });
const proxy = (dial: string, more: object = {}) => ({
  handler: 'reverse_proxy',
  upstreams: [{ dial }],
  ...more,
});
const on = (host: string[], ...handle: object[]) => ({ match: [{ host }], handle, terminal: true });

describe('caddy_list_sites', () => {
  test('says what happens to each host, in words, once where both agree', async () => {
    const { call, received } = await caddyLab();
    const { data, text } = await call('caddy_list_sites');
    expect(data).toMatchObject({ total: 21, instances: ['caddy1', 'caddy2'], differences: [] });
    expect(text).toMatch(/^21 sites on caddy1 and caddy2; upstreams 18 up, 2 unchecked\.$/m);
    expect(text).toMatch(
      /^nextcloud\.lab\.example\.net +443 +ACME \(dns cloudflare\) +compress gzip zstd, proxy → 10\.0\.30\.60:443 \(https\) +up$/m,
    );
    expect(text).toMatch(
      /^cloud\.lab\.example\.net .* redirect 308 → https:\/\/nextcloud\.lab\.example\.net\{http\.request\.uri\} +-$/m,
    );
    expect(text).toMatch(
      /^files\.lab\.example\.net .* root \/srv\/files, authenticate basic, serve files with listings/m,
    );
    expect(text).toMatch(
      /^dns\.lab\.example\.net .* \(least_conn\) +10\.0\.10\.2:80 up, 10\.0\.10\.3:80 up$/m,
    );
    expect(paths(received())).toEqual([
      'GET /config/',
      'GET /metrics',
      'GET /reverse_proxy/upstreams',
    ]);
  });

  test('a filter and a limit change what is shown, not what is counted', async () => {
    const { call } = await caddyLab();
    expect((await call('caddy_list_sites', { problems: true })).text).toBe(
      '0 of 21 sites on caddy1 and caddy2.',
    );
    expect((await call('caddy_list_sites', { limit: 1 })).text).toMatch(
      /^21 sites on caddy1 and caddy2; upstreams 18 up, 2 unchecked\.\n/,
    );
  });

  test('finds a site by part of its name, and by a name that its wildcard answers for', async () => {
    const { call } = await caddyLab({
      edit: server([
        on(['*.lab.test'], { handler: 'static_response', status_code: 204 }),
        on(['nas.lab.test'], proxy('10.0.0.9:80')),
      ]),
    });
    expect(
      (await call('caddy_list_sites', { host: 'NAS' })).data.sites.map(({ host }: Row) => host),
    ).toEqual(['nas.lab.test']);
    expect(
      (await call('caddy_list_sites', { host: 'nas.lab.test' })).data.sites.map(
        ({ host }: Row) => host,
      ),
    ).toEqual(['*.lab.test', 'nas.lab.test']);
    expect((await call('caddy_list_sites', { host: 'a.b.lab.test' })).data).toMatchObject({
      sites: [],
      total: 0,
    });
  });

  test('hosts at any depth become sites of their own, and conditions stay with what they guard', async () => {
    const inner = [
      {
        match: [{ host: ['app.lab.test'] }],
        handle: [
          {
            handler: 'subroute',
            routes: [
              {
                group: 'group2',
                match: [{ path: ['/api/*'] }],
                handle: [
                  {
                    handler: 'subroute',
                    routes: [
                      { handle: [{ handler: 'rewrite', strip_path_prefix: '/api' }] },
                      { handle: [proxy('10.0.0.1:80')] },
                    ],
                  },
                ],
              },
              {
                group: 'group2',
                handle: [proxy('unix//run/app.sock', { transport: { protocol: 'fastcgi' } })],
              },
            ],
          },
        ],
      },
      {
        match: [{ not: [{ remote_ip: { ranges: ['10.0.0.0/8'] } }] }],
        handle: [{ handler: 'static_response', abort: true }],
      },
    ];
    const { call } = await caddyLab({
      edit: server([on(['*.lab.test'], { handler: 'subroute', routes: inner })]),
    });
    const { data } = await call('caddy_list_sites');
    expect(
      data.sites.map(({ host, rules }: Row) => [host, rules.map(({ when, does }) => [when, does])]),
    ).toEqual([
      ['*.lab.test', [['not (from 10.0.0.0/8)', 'abort the connection']]],
      [
        'app.lab.test',
        [
          ['path /api/*', 'strip /api, proxy → 10.0.0.1:80'],
          ['otherwise', 'proxy → unix//run/app.sock (fastcgi)'],
        ],
      ],
    ]);
  });

  test('knows forward_auth, named routes, error pages, dynamic upstreams and what it never heard of', async () => {
    const ask = proxy('10.0.10.29:9000', {
      rewrite: { method: 'GET', uri: '/outpost' },
      handle_response: [{ match: { status_code: [2] } }],
    });
    const { call } = await caddyLab({
      edit: server(
        [
          on(['guarded.lab.test'], ask, { handler: 'invoke', name: 'app' }),
          on(['srv.lab.test'], {
            handler: 'reverse_proxy',
            dynamic_upstreams: { source: 'srv', name: '_web._tcp.lab.test' },
          }),
          on(['odd.lab.test'], {
            handler: 'coffee_machine',
            upstreams: 'not a list',
            routes: { neither: true },
          }),
          { match: [{ host: ['odd.lab.test'] }], handle: [] },
          on(['empty.lab.test']),
        ],
        {
          named_routes: { app: { handle: [proxy('10.0.0.2:80')] } },
          errors: {
            routes: [
              on(['guarded.lab.test'], {
                handler: 'static_response',
                status_code: '{http.error.status_code}',
              }),
            ],
          },
        },
      ),
    });
    const { data } = await call('caddy_list_sites');
    expect(
      Object.fromEntries(
        data.sites.map(({ host, rules }: Row) => [
          host,
          rules.map(({ when = '', does }) => `${when}: ${does}`),
        ]),
      ),
    ).toEqual({
      'guarded.lab.test': [
        ': ask → 10.0.10.29:9000 for permission, proxy → 10.0.0.2:80',
        'on error: respond {http.error.status_code}',
      ],
      'srv.lab.test': [': proxy → srv _web._tcp.lab.test'],
      'odd.lab.test': [': coffee_machine'],
      'empty.lab.test': [': nothing (an empty 200)'],
    });
  });

  test('TLS is told as Caddy decides it, not only as it is written', async () => {
    const answer = { handler: 'static_response' };
    const { call } = await caddyLab({
      edit: () => ({
        apps: {
          http: {
            http_port: 8080,
            servers: {
              a: { listen: [':8080'], routes: [on(['http.lab.test'], answer)] },
              b: {
                listen: ['127.0.0.1:9443'],
                routes: [
                  on(['nas.internal'], answer),
                  on(['own.lab.test'], answer),
                  on(['box.ts.net'], answer),
                ],
                automatic_https: { skip: ['own.lab.test'] },
              },
              c: {
                listen: [':9000'],
                routes: [on(['plain.lab.test'], answer)],
                automatic_https: { disable: true },
              },
              d: { listen: [':9001'], routes: [{ handle: [answer] }] },
              e: {
                listen: [':443', 'udp/:443'],
                tls_connection_policies: [{}],
                automatic_https: { disable: true },
                routes: [on(['forced.lab.test'], answer)],
              },
            },
          },
          tls: {
            automation: {
              policies: [
                {
                  subjects: ['*.lab.test'],
                  issuers: [{ module: 'zerossl' }, { module: 'internal' }],
                },
              ],
            },
          },
        },
      }),
    });
    const { data } = await call('caddy_list_sites');
    expect(
      Object.fromEntries(
        data.sites.map(({ host, ports, tls }: Row) => [host, [ports.join(), tls]]),
      ),
    ).toEqual({
      'http.lab.test': ['8080', undefined],
      'nas.internal': ['9443', 'internal CA'],
      'own.lab.test': ['9443', 'not managed'],
      'box.ts.net': ['9443', 'tailscale'],
      'plain.lab.test': ['9000', undefined],
      'any host': ['9001', undefined],
      'forced.lab.test': ['443', 'zerossl or internal CA'],
    });
  });

  test('no config at all is no sites, and said', async () => {
    const { call } = await caddyLab({ edit: () => null });
    expect((await call('caddy_list_sites')).text).toMatch(/^0 sites on caddy1 and caddy2\./);
    expect((await call('service_health', { service: 'caddy' })).text).toContain(
      'CRITICAL caddy.no-config/caddy1: caddy1 runs without a config',
    );
  });

  test('is bounded, and says what it left out', async () => {
    const { call } = await caddyLab();
    const { data, text } = await call('caddy_list_sites', { limit: 2 });
    expect([data.sites.length, data.total, text]).toEqual([
      2,
      21,
      expect.stringContaining('19 more not shown: give host'),
    ]);
  });
});

describe('upstream health', () => {
  test('what nobody checks is unchecked, however green its gauge: Caddy shows 1 for a dead one', async () => {
    const { call, world } = await caddyLab();
    world.proxy.crashed.push('wiki', 'n8n');
    expect(only(await call('caddy_list_sites', { host: 'wiki.' })).rules[0]?.upstreams).toEqual([
      { address: '10.0.30.64:3000', health: 'unchecked', detail: 'no health check is configured' },
    ]);
    const { data, text } = await call('caddy_list_sites', { problems: true });
    expect(data.sites.map(({ host }: Row) => host)).toEqual(['n8n.lab.example.net']);
    expect(text).toContain('DOWN (fails its health check)');
  });

  test('an address that another site uses unchecked cannot be called up', async () => {
    const checked = { health_checks: { active: { uri: '/' } } };
    const { call } = await caddyLab({
      edit: server([
        on(['a.lab.test'], proxy('10.0.30.62:5678', checked)),
        on(['b.lab.test'], proxy('10.0.30.62:5678')),
      ]),
    });
    const { data } = await call('caddy_list_sites');
    expect(data.sites.map(({ rules }: Row) => rules[0]?.upstreams?.[0]?.health)).toEqual([
      'unchecked',
      'unchecked',
    ]);
  });

  test('passive failures are only seen by the one that has the visitors, and who sees what is said', async () => {
    const { call, world } = await caddyLab();
    world.proxy.crashed.push('dns1');
    const { data, text } = await call('caddy_list_sites', { host: 'dns.' });
    expect(data.sites[0].rules[0].upstreams).toEqual([
      {
        address: '10.0.10.2:80',
        health: 'down',
        detail: 'down on caddy1 (3 failed requests within fail_duration), up on caddy2',
      },
      { address: '10.0.10.3:80', health: 'up' },
    ]);
    expect(text).toContain('10.0.10.2:80 DOWN (down on caddy1 (3 failed');
  });

  test('right after a reload the gauge is incomplete: unknown, neither up nor down', async () => {
    const { call, world, node } = await caddyLab();
    for (const name of ['caddy1', 'caddy2']) node(name).loadedAt = world.now() - 2_000;
    const { text } = await call('caddy_list_sites');
    expect(text).toMatch(/upstreams 9 up, 9 unknown, 2 unchecked/);
    expect(text).toContain('UNKNOWN (Caddy has not said yet');
  });
});

describe('drift between the pair', () => {
  test('each version of a site is a row that says where it stands; what agrees is one row', async () => {
    const { call, node, sites } = await caddyLab();
    for (const { action } of sites('miniflux', 'caddy1'))
      if (action.kind === 'proxy') action.checks = 'none';
    node('caddy2').sites = node('caddy2').sites.filter(({ host }) => !host.startsWith('forgejo'));
    const { data, text } = await call('caddy_list_sites', { problems: true });
    expect(data.sites.map(({ host, on: where, drift }: Row) => [host, where, drift])).toEqual([
      ['forgejo.lab.example.net', ['caddy1'], 'not on caddy2'],
      ['miniflux.lab.example.net', ['caddy1'], 'differs from caddy2'],
      ['miniflux.lab.example.net', ['caddy2'], 'differs from caddy1'],
    ]);
    expect(data.differences).toEqual(['tls']);
    expect(text).toContain('2 DIFFER between the instances');
    expect(text).toContain(
      'Also different between the instances: tls (caddy_get_config shows them).',
    );
  });

  test('names of servers, numbers of groups, the order of keys and sites, and addresses they are bound to are no drift', async () => {
    const route = (host: string, group: string) =>
      on([host], {
        handler: 'subroute',
        routes: [{ group, match: [{ path: ['/a'] }], handle: [proxy('10.0.0.1:80')] }],
      });
    const { call } = await caddyLab({
      edit: (_, name) =>
        name === 'caddy1'
          ? {
              admin: { listen: 'a:2019' },
              apps: {
                http: {
                  servers: {
                    srv0: {
                      listen: ['10.0.10.4:443'],
                      routes: [route('x.test', 'group1'), route('y.test', 'group2')],
                      logs: { logger_names: { 'x.test': [''] } },
                    },
                  },
                },
              },
            }
          : {
              apps: {
                http: {
                  servers: {
                    srv3: {
                      routes: [route('y.test', 'group7'), route('x.test', 'group9')],
                      listen: ['10.0.10.5:443'],
                      logs: {},
                    },
                  },
                },
              },
            },
    });
    const { data } = await call('caddy_list_sites');
    expect(data.sites.map(({ host, on: where, drift }: Row) => [host, where, drift])).toEqual([
      ['x.test', ['caddy1', 'caddy2'], undefined],
      ['y.test', ['caddy1', 'caddy2'], undefined],
    ]);
    expect(data.differences).toEqual([]);
  });

  test('a site under a wildcard drifts alone, without the wildcard', async () => {
    const { call } = await caddyLab({
      edit: (_, name) =>
        server([
          on(['*.lab.test'], {
            handler: 'subroute',
            routes: [
              {
                match: [{ host: ['a.lab.test'] }],
                handle: [proxy(name === 'caddy1' ? '10.0.0.1:80' : '10.0.0.2:80')],
              },
            ],
          }),
        ])(),
    });
    const { data } = await call('caddy_list_sites');
    expect(data.sites.map(({ host, drift }: Row) => [host, drift])).toEqual([
      ['*.lab.test', undefined],
      ['a.lab.test', 'differs from caddy2'],
      ['a.lab.test', 'differs from caddy1'],
    ]);
  });

  test('one that does not answer is not a drift: the answer is partial, and says so', async () => {
    const { call, node } = await caddyLab();
    node('caddy2').running = false;
    const { isError, data, text } = await call('caddy_list_sites');
    expect([isError, data.total, data.instances, data.differences]).toEqual([
      false,
      21,
      ['caddy1'],
      [],
    ]);
    expect(data.sites.every(({ drift }: Row) => drift === undefined)).toBe(true);
    expect(text).toMatch(/PARTIAL: Caddy caddy2 did not answer: GET \/\S+: the connection was cut/);
    node('caddy1').running = false;
    expect(await call('caddy_list_sites')).toMatchObject({ isError: true });
  });
});
