import { describe, expect, test } from 'vitest';
import { caddyLab } from '../../../test/caddy-lab.ts';
import { lab } from '../../../test/harness.ts';

const instances = ['CADDY1', 'CADDY2'];
const everywhere = (field: string, value: string): Record<string, string> =>
  Object.fromEntries(instances.map((name) => [`CADDY_${name}_${field}`, value]));

describe('the admin API over TCP', () => {
  test('no Origin and no Sec-Fetch header leaves, and the Host is that of the URL', async () => {
    const { call, received, caddy } = await caddyLab();
    expect((await call('service_health')).data.overall).toBe('ok');
    expect(
      received().filter(({ headers }) =>
        Object.keys(headers).some(
          (name) => name === 'origin' || name.startsWith('sec-') || name === 'referer',
        ),
      ),
    ).toEqual([]);
    expect([...new Set(received().map(({ headers }) => headers.host))].sort()).toEqual(
      caddy.servers.map(({ port }) => `127.0.0.1:${port}`).sort(),
    );
    expect(caddy.servers.flatMap((server) => server.writes())).toEqual([]);
  });

  test('it never asks for what would make something: no /pki, no /id, no /load', async () => {
    const { call, received } = await caddyLab();
    for (const tool of ['service_health', 'caddy_list_sites', 'caddy_get_config']) await call(tool);
    expect([...new Set(received().map(({ path }) => path))].sort()).toEqual([
      '/config/',
      '/metrics',
      '/reverse_proxy/upstreams',
    ]);
  });

  test('a Host it does not know is denied with the way out, and CADDY_HOST_HEADER is the way', async () => {
    const closed = await caddyLab({ origins: ['caddy-admin.lab'] });
    const { data } = await closed.call('service_health', { service: 'caddy' });
    expect(data.services[0].state).toBe('denied');
    expect(data.services[0].problem).toMatch(
      /403 host not allowed: 127\.0\.0\.1:\d+\. Its admin API only answers to a Host it knows, port included\. Set CADDY_HOST_HEADER/,
    );
    const open = await caddyLab({
      origins: ['caddy-admin.lab'],
      env: { CADDY_HOST_HEADER: 'caddy-admin.lab' },
    });
    expect((await open.call('service_health')).data.overall).toBe('ok');
    expect([...new Set(open.received().map(({ headers }) => headers.host))]).toEqual([
      'caddy-admin.lab',
    ]);
  });

  test('enforce_origin is denied with the way out, and CADDY_ORIGIN_HEADER is the way', async () => {
    const origins = ['http://caddy-admin.lab', 'caddy-admin.lab'];
    const closed = await caddyLab({
      origins,
      enforceOrigin: true,
      env: { CADDY_HOST_HEADER: 'caddy-admin.lab' },
    });
    expect(await closed.call('caddy_list_sites')).toMatchObject({
      isError: true,
      text: expect.stringMatching(
        /not allowed to access from origin ''\. It has `enforce_origin`.*CADDY_ORIGIN_HEADER/,
      ),
    });
    const open = await caddyLab({
      origins,
      enforceOrigin: true,
      env: { CADDY_HOST_HEADER: 'caddy-admin.lab', CADDY_ORIGIN_HEADER: 'http://caddy-admin.lab' },
    });
    expect((await open.call('caddy_list_sites')).isError).toBe(false);
  });

  test('a site instead of the admin API is recognised', async () => {
    const { call, caddy } = await caddyLab();
    for (const server of caddy.servers)
      server.inject({
        status: 404,
        body: 'no such page',
        headers: { 'content-type': 'text/plain' },
      });
    expect((await call('caddy_list_sites')).text).toContain(
      'GET /config/: 404 no such path. Is this the admin API of Caddy (port 2019 by default), and not one of its sites?',
    );
  });
});

describe.each(['2.6', '2.11'] as const)('a unix socket of %s', (version) => {
  test('an empty Host is what both versions let in', async () => {
    const { world } = await caddyLab();
    world.proxy.version = version;
    const { call, received } = await caddyLab({ listener: 'unix', world });
    expect((await call('caddy_list_sites')).data).toMatchObject({
      total: 21,
      instances: ['caddy1', 'caddy2'],
    });
    expect([...new Set(received().map(({ headers }) => headers.host))]).toEqual(['']);
    const { data } = await call('service_health', { service: 'caddy' });
    expect(data.services[0]).toMatchObject({
      state: 'ok',
      version: version === '2.6' ? '2.8 or older' : '2.9 or newer',
    });
  });
});

describe('the remote admin API', () => {
  test('opens to a client certificate', async () => {
    const { call } = await caddyLab({ listener: 'remote' });
    expect((await call('service_health')).data.overall).toBe('ok');
  });

  test('without one, nothing is answered, and it is not called fine', async () => {
    const { call } = await caddyLab({
      listener: 'remote',
      env: { CADDY_CLIENT_CERT_FILE: undefined, CADDY_CLIENT_KEY_FILE: undefined },
    });
    const { data } = await call('service_health', { service: 'caddy' });
    expect(data.services[0].state).toBe('unreachable');
  });

  test('a certificate that cannot be read is a matter of configuration, said by its variable', async () => {
    const { call } = await caddyLab({
      listener: 'remote',
      env: { CADDY_CLIENT_KEY_FILE: '/nowhere/client.key' },
    });
    expect((await call('caddy_list_sites')).text).toContain(
      'CADDY_CADDY1_CLIENT_KEY_FILE: /nowhere/client.key cannot be read',
    );
  });

  test('what its permissions leave out is named, with the permission; the rest is told', async () => {
    const {
      call,
      house: runtime,
      world,
    } = await caddyLab({ listener: 'remote', paths: ['/config/'] });
    const { data, text } = await call('service_health', { service: 'caddy' });
    expect(data.services[0].gaps.map(({ what }: { what: string }) => what).sort()).toEqual([
      'failures of upstreams on caddy1',
      'failures of upstreams on caddy2',
      'metrics of caddy1: 5xx and health of upstreams',
      'metrics of caddy2: 5xx and health of upstreams',
    ]);
    expect(text).toMatch(
      /NOT CHECKED Caddy: metrics of caddy1: 5xx and health of upstreams, metrics of caddy2: 5xx and health of upstreams \(GET \/metrics: 403 not authorized to access this path\. Allow this path/,
    );
    expect(text).toContain('upstreams not read');
    const sites = await call('caddy_list_sites', { host: 'n8n' });
    expect(sites.data.gaps).toContainEqual({
      what: 'health of upstreams on caddy2',
      why: expect.stringMatching(/^GET \/metrics: 403 /),
    });
    expect(sites.text).toContain(
      'NOT CHECKED: health of upstreams on caddy1 (GET /metrics: 403 not authorized to access this path',
    );
    expect(sites.text).toContain('UNKNOWN (its metrics cannot be read)');
    const configured = runtime.services.find(({ service }) => service.id === 'caddy');
    const [connection] = [...(configured?.instances.values() ?? [])];
    const behaviour = await configured?.service.load();
    const { version, rights } = await behaviour!.doctor({
      signal: new AbortController().signal,
      progress: () => undefined,
      now: world.now,
      instances: new Map([['caddy1', connection!]]),
      failed: () => undefined,
    });
    expect([version, rights.map(({ what, granted }) => [what, granted])]).toEqual([
      'not told',
      [
        ['GET /config/', true],
        ['GET /reverse_proxy/upstreams', false],
        ['GET /metrics', false],
        ['count 5xx answers (HTTP metrics)', true],
      ],
    ]);
    expect(rights[1]?.fix).toContain(
      '"paths": ["/config/", "/reverse_proxy/upstreams", "/metrics"]',
    );
  });
});

describe('configuration', () => {
  test.each([
    [{ CADDY_URL: 'caddy1:2019' }, /CADDY_URL: must be http:\/\/host:2019/],
    [{ CADDY_URL: 'unix://run/admin.sock' }, /CADDY_URL: must be .* unix:\/\/\/path/],
    [{ CADDY_URL: 'http://caddy1:2019/config' }, /CADDY_URL: must be/],
    [
      { CADDY_URL: 'https://caddy1:2021', CADDY_CLIENT_CERT_FILE: '/a.pem' },
      /CADDY_CLIENT_KEY_FILE is missing: a client certificate needs its key/,
    ],
    [
      { CADDY_URL: 'https://caddy1:2021', CADDY_CLIENT_KEY_FILE: '/a.key' },
      /CADDY_CLIENT_CERT_FILE is missing/,
    ],
    [{ CADDY_URL: 'http://caddy1:2019', CADDY_SITE_PORT: '0' }, /CADDY_SITE_PORT/],
  ])('%o is refused by name', async (env, problem) => {
    const { call } = await lab({ only: [], env });
    const { data } = await call('service_health', { service: 'caddy' });
    expect(data.services[0]).toMatchObject({
      state: 'invalid_config',
      problem: expect.stringMatching(problem),
    });
  });

  test('half a pair that is gone is a warning, and the other half is told', async () => {
    const { call, node } = await caddyLab();
    node('caddy1').running = false;
    const { data, text } = await call('service_health', { service: 'caddy' });
    expect(data.services[0]).toMatchObject({
      state: 'degraded',
      findings: [{ id: 'caddy.instance-down/caddy1', severity: 'warning' }],
    });
    expect(text).toMatch(/GET \/config\/: the connection was cut/);
    node('caddy2').running = false;
    expect((await call('service_health', { service: 'caddy' })).data.services[0].state).toBe(
      'unreachable',
    );
  });

  test('sites that answer elsewhere are looked for there', async () => {
    const { call, env } = await caddyLab({ env: everywhere('SITE_ADDRESS', 'localhost') });
    expect(env['CADDY_CADDY1_SITE_ADDRESS']).toBe('localhost');
    expect((await call('service_health', { service: 'caddy' })).data.services[0]).toMatchObject({
      state: 'ok',
      facts: { certificates: expect.stringContaining('next ends in') },
    });
  });
});
