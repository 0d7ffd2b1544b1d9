import { describe, expect, test } from 'vitest';
import { caddyLab, on, paths, proxy, server } from '../../../test/caddy-lab.ts';
import type { SiteRow } from './tools/site-row.ts';

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
      (await call('caddy_list_sites', { host: 'NAS' })).data.sites.map(({ host }: SiteRow) => host),
    ).toEqual(['nas.lab.test']);
    expect(
      (await call('caddy_list_sites', { host: 'nas.lab.test' })).data.sites.map(
        ({ host }: SiteRow) => host,
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
      data.sites.map(({ host, rules }: SiteRow) => [
        host,
        rules.map(({ when, does }) => [when, does]),
      ]),
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
        data.sites.map(({ host, rules }: SiteRow) => [
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
              f: { listen: [':8443'], routes: [on(['both.lab.test'], answer)] },
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
        data.sites.map(({ host, ports, tls }: SiteRow) => [host, [ports.join(), tls]]),
      ),
    ).toEqual({
      'http.lab.test': ['8080', undefined],
      'nas.internal': ['9443', 'internal CA'],
      'own.lab.test': ['9443', 'not managed'],
      'box.ts.net': ['9443', 'tailscale'],
      'plain.lab.test': ['9000', undefined],
      'any host': ['9001', undefined],
      // Automatic HTTPS is off there: a policy for its name orders nothing.
      'forced.lab.test': ['443', 'not managed'],
      'both.lab.test': ['8443', 'zerossl or internal CA'],
    });
  });

  test('hosts below the first level turn no TLS on, as Caddy looks no deeper', async () => {
    const inner = (host: string, dial: string): object => ({
      match: [{ host: [host] }],
      handle: [{ handler: 'subroute', routes: [{ handle: [proxy(dial)] }] }],
    });
    const { call } = await caddyLab({
      edit: () => ({
        apps: {
          http: {
            servers: {
              tunnel: {
                listen: [':8080'],
                routes: [
                  {
                    handle: [
                      {
                        handler: 'subroute',
                        routes: [
                          inner('a.lab.test', '10.0.0.1:80'),
                          inner('b.lab.test', '10.0.0.2:80'),
                        ],
                      },
                    ],
                  },
                ],
              },
              wildcard: {
                listen: [':443'],
                routes: [
                  on(['*.lab.test'], {
                    handler: 'subroute',
                    routes: [inner('c.lab.test', '10.0.0.3:80')],
                  }),
                ],
              },
            },
          },
        },
      }),
    });
    const { data } = await call('caddy_list_sites');
    expect(
      data.sites
        .filter(({ host }: SiteRow) => /^[abc]\.lab\.test$/.test(host))
        .map(({ host, tls }: SiteRow) => [host, tls]),
    ).toEqual([
      ['a.lab.test', undefined],
      ['b.lab.test', undefined],
      ['c.lab.test', 'ACME'],
    ]);
    const { text } = await call('service_health', { service: 'caddy' });
    expect(text).not.toMatch(/tls-failing\/[ab]\.lab/);
  });

  test('certificates that nobody renews are not called by the name of an issuer', async () => {
    const answer = { handler: 'static_response' };
    const file = { certificate: '/etc/ssl/a.pem', key: '/etc/ssl/a.key' };
    const tlsOf = async (servers: object, certificates: object, policies: object[] = []) => {
      const { call } = await caddyLab({
        edit: () => ({
          apps: { http: { servers }, tls: { certificates, automation: { policies } } },
        }),
      });
      const { data } = await call('caddy_list_sites');
      return Object.fromEntries(data.sites.map(({ host, tls }: SiteRow) => [host, tls]));
    };
    const site = (host: string, more: object = {}): object => ({
      listen: [':443'],
      routes: [on([host], answer)],
      ...more,
    });
    expect(
      await tlsOf(
        {
          tagged: site('*.own.test', {
            tls_connection_policies: [
              { match: { sni: ['*.own.test'] }, certificate_selection: { any_tag: ['cert0'] } },
              {},
            ],
          }),
          other: site('open.test'),
          without: site('off.test', { automatic_https: { disable_certificates: true } }),
          skipped: site('skip.test', { automatic_https: { skip_certificates: ['skip.test'] } }),
          ignoring: site('new.test', { automatic_https: { ignore_loaded_certificates: true } }),
        },
        { load_files: [{ ...file, tags: ['cert0'] }] },
      ),
    ).toEqual({
      '*.own.test': 'own certificate',
      'open.test': 'own certificate or ACME',
      'off.test': 'own certificate',
      'skip.test': 'own certificate',
      'new.test': 'ACME',
    });
    expect(
      await tlsOf(
        {
          without: site('off.test', { automatic_https: { disable_certificates: true } }),
          skipped: site('skip.test', { automatic_https: { skip_certificates: ['skip.test'] } }),
          automated: site('auto.test', { automatic_https: { disable_certificates: true } }),
          managed: site('pulled.test'),
        },
        { automate: ['auto.test'] },
        [{ subjects: ['pulled.test'], get_certificate: [{ via: 'http', url: 'http://c.test' }] }],
      ),
    ).toEqual({
      'off.test': 'not managed',
      'skip.test': 'not managed',
      'auto.test': 'ACME',
      'pulled.test': 'from http',
    });
  });

  test('a named route that invokes another one is followed, a circle of them ends', async () => {
    const { call } = await caddyLab({
      edit: server([on(['app.lab.test'], { handler: 'invoke', name: 'outer' })], {
        named_routes: {
          outer: { handle: [{ handler: 'invoke', name: 'inner' }] },
          inner: { handle: [proxy('10.0.0.9:80'), { handler: 'invoke', name: 'outer' }] },
        },
      }),
    });
    const { data } = await call('caddy_list_sites');
    expect(data.sites[0].rules).toMatchObject([
      { does: 'proxy → 10.0.0.9:80', upstreams: [{ address: '10.0.0.9:80' }] },
    ]);
  });

  test('upstreams behind an answer, and those that are looked up, are seen and not called up', async () => {
    const { call } = await caddyLab({
      edit: server([
        on(
          ['app.lab.test'],
          proxy('10.0.0.1:80', {
            handle_response: [
              { match: { status_code: [5] }, routes: [{ handle: [proxy('10.0.0.2:80')] }] },
            ],
          }),
        ),
        on(['srv.lab.test'], {
          handler: 'reverse_proxy',
          dynamic_upstreams: { source: 'srv', name: '_web._tcp.lab.test' },
        }),
        on(['any.lab.test'], proxy('{http.request.host.labels.3}:80')),
      ]),
    });
    const { data, text } = await call('caddy_list_sites');
    expect(text).toMatch(/upstreams 4 unchecked/);
    const addresses = data.sites.flatMap(({ rules }: SiteRow) =>
      rules.flatMap(({ upstreams = [] }) => upstreams.map(({ address }) => address)),
    );
    expect(addresses.sort()).toEqual([
      '10.0.0.1:80',
      '10.0.0.2:80',
      'srv _web._tcp.lab.test',
      '{http.request.host.labels.3}:80',
    ]);
    const { data: health } = await call('service_health', { service: 'caddy' });
    expect(health.services[0].facts.upstreams).toBe('0/4 up, 4 unchecked');
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
      expect.stringContaining('2 of 21 shown. cursor="2" goes on; or give host, or problems=true.'),
    ]);
  });
});
