import { describe, expect, test } from 'vitest';
import { caddyLab, paths } from '../../../test/caddy-lab.ts';
import { redactConfig } from './redact.ts';

describe('caddy_get_config', () => {
  test('shows what both have once, below a path as Caddy writes it', async () => {
    const { call, received } = await caddyLab();
    for (const path of [
      'apps/http/servers/srv0/routes/20/handle/0/routes/0/handle',
      '/config/apps/http/servers/srv0/routes/20/handle/0/routes/0/handle/',
    ]) {
      const { data, text } = await call('caddy_get_config', { path });
      expect(data.versions).toHaveLength(1);
      expect(data.versions[0]).toMatchObject({
        on: ['caddy1', 'caddy2'],
        whole: true,
        config: [
          { handler: 'vars', root: '/srv/files' },
          { handler: 'authentication' },
          { handler: 'file_server' },
        ],
      });
      expect(text).toContain(
        'Config of caddy1 and caddy2 at apps/http/servers/srv0/routes/20/handle/0/routes/0/handle, 1 credential redacted.',
      );
      expect(text).toContain('"username":"family"');
    }
    expect(paths(received())).toEqual([
      'GET /config/apps/http/servers/srv0/routes/20/handle/0/routes/0/handle',
    ]);
  });

  test('no credential leaves, not in the text and not in the data; what only names one does', async () => {
    const { call, world } = await caddyLab();
    for (const path of [
      '',
      'apps/tls',
      'apps/tls/automation/policies/0/issuers/0/challenges/dns/provider/api_token',
      'apps/http/servers/srv0/routes/20',
    ]) {
      const answer = JSON.stringify(await call('caddy_get_config', { path }));
      for (const secret of [world.proxy.dnsToken, world.proxy.passwordHash])
        expect(answer, path).not.toContain(secret);
    }
    const { data, text } = await call('caddy_get_config', { path: 'apps/tls' });
    const provider = 'apps/tls/automation/policies/0/issuers/0/challenges/dns/provider';
    expect(data.versions[0]).toMatchObject({
      redacted: [`${provider}/api_token`],
      placeholders: [{ path: `${provider}/zone_token`, value: '{env.CF_ZONE_TOKEN}' }],
    });
    expect(text).toContain(`From outside: ${provider}/zone_token {env.CF_ZONE_TOKEN}`);
    expect(
      (await call('caddy_get_config', { path: `${provider}/api_token` })).data.versions[0].config,
    ).toBe('[redacted]');
  });

  test('shows each version where the two differ', async () => {
    const { call, sites } = await caddyLab();
    for (const { action } of sites('n8n', 'caddy2'))
      if (action.kind === 'proxy') action.checks = 'none';
    const { data, text } = await call('caddy_get_config', {
      path: 'apps/http/servers/srv0/routes/9/handle/0/routes/0/handle/1',
    });
    expect(
      data.versions.map(({ on, config }: { on: string[]; config: object }) => [
        on,
        'health_checks' in config,
      ]),
    ).toEqual([
      [['caddy1'], true],
      [['caddy2'], false],
    ]);
    expect(text.match(/\(the instances differ\)/g)).toHaveLength(2);
  });

  test('what is too long is folded to its shape, with the way to the rest', async () => {
    const { call } = await caddyLab();
    const { data, text } = await call('caddy_get_config');
    expect(data.versions[0].whole).toBe(false);
    expect(text).toContain(
      'Too long to show: {…n: keys} and […n] are folded. Give path for the rest.',
    );
    expect(text).toMatch(/"\{…3: handler, encodings, prefer\}"/);
    expect(text.length).toBeLessThan(14_000);
  });

  test.each([
    '../stop',
    'apps/../../stop',
    'apps/./http',
    'apps//http',
    'apps/..',
    '..',
    '/config/..',
  ])('%s does not leave its place: nothing is sent', async (path) => {
    const { call, received } = await caddyLab();
    const { isError, text } = await call('caddy_get_config', { path });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining('cannot be part of a request path'),
    ]);
    expect(received()).toEqual([]);
  });

  test('what looks like a path is one key: encoded, it stays in its segment', async () => {
    const { call, received } = await caddyLab();
    expect((await call('caddy_get_config', { path: 'apps/%2e%2e%2fstop?x=1#y' })).isError).toBe(
      true,
    );
    expect(paths(received())).toEqual([
      'GET /config/apps',
      'GET /config/apps/%252e%252e%252fstop%3Fx%3D1%23y',
    ]);
  });

  test('a key that is not there is an error that names those that are, never an empty config', async () => {
    const { call } = await caddyLab();
    expect(await call('caddy_get_config', { path: 'apps/htp' })).toMatchObject({
      isError: true,
      text: 'There is no "htp" in apps. There is: http, tls',
    });
    expect(await call('caddy_get_config', { path: 'apps/htp/servers' })).toMatchObject({
      isError: true,
      text: expect.stringContaining(
        '400 invalid traversal path at: config/apps/htp/servers. caddy_get_config without a path shows what there is',
      ),
    });
    expect(
      await call('caddy_get_config', { path: 'apps/http/servers/srv0/routes/99' }),
    ).toMatchObject({
      isError: true,
      text: expect.stringContaining('array index out of bounds: 99'),
    });
    expect(
      await call('caddy_get_config', { path: 'apps/http/servers/srv0/routes/one' }),
    ).toMatchObject({ isError: true, text: expect.stringContaining('invalid array index') });
  });

  test('a value that is null is a value, and no config at all is said', async () => {
    const { call } = await caddyLab({ edit: () => ({ apps: { http: { servers: null } } }) });
    expect(
      (await call('caddy_get_config', { path: 'apps/http/servers' })).data.versions,
    ).toMatchObject([{ config: null, whole: true }]);
    const none = await caddyLab({ edit: () => null });
    expect((await none.call('caddy_get_config')).text).toContain(
      'Config of caddy1 and caddy2: none is loaded.',
    );
  });
});

describe('redaction', () => {
  const secret = 'very-S3cret-value';
  test.each<[string, unknown]>([
    [
      'a DNS provider, whatever it calls its secret',
      {
        apps: {
          tls: {
            automation: {
              policies: [
                {
                  issuers: [
                    {
                      challenges: {
                        dns: { provider: { name: 'x', weird: secret, nested: { odd: [secret] } } },
                      },
                    },
                  ],
                },
              ],
            },
          },
        },
      },
    ],
    [
      'the global DNS provider of 2.10',
      { apps: { tls: { dns: { name: 'hetzner', auth_api_token: secret } } } },
    ],
    [
      'an external account binding',
      {
        apps: {
          tls: {
            automation: {
              policies: [{ issuers: [{ external_account: { key_id: secret, mac_key: secret } }] }],
            },
          },
        },
      },
    ],
    [
      'a storage backend',
      {
        storage: {
          module: 'redis',
          address: ['10.0.0.1:6379'],
          username: 'caddy',
          password: secret,
          encryption_key: secret,
          something: secret,
        },
      },
    ],
    [
      'basic authentication',
      {
        handler: 'authentication',
        providers: {
          http_basic: { accounts: [{ username: 'a', password: secret, salt: secret }] },
        },
      },
    ],
    [
      'a header that lets somebody in',
      {
        headers: {
          request: {
            set: { Authorization: [`Bearer ${secret}`], 'X-Api-Key': [secret], Cookie: [secret] },
          },
        },
      },
    ],
    [
      'a header that is matched',
      { match: [{ header: { 'X-Auth-Token': [secret], 'Proxy-Authorization': [secret] } }] },
    ],
    [
      'a plugin',
      {
        apps: {
          crowdsec: { api_url: 'http://x', api_key: secret },
          security: { config: { crypto: { key_configs: [{ token_secret: secret }] } } },
          dynamic_dns: { dns_provider: { name: 'x', anything: secret } },
        },
      },
    ],
    [
      'a key inline',
      { apps: { tls: { certificates: { load_pem: [{ certificate: 'public', key: secret }] } } } },
    ],
    ['a numeric credential', { storage: { module: 'x', pin: 123456 } }],
  ])('%s', (_, config) => {
    const shown = redactConfig(config as never);
    expect(JSON.stringify(shown.config)).not.toMatch(/very-S3cret-value|123456/);
    expect(shown.redacted.length).toBeGreaterThan(0);
  });

  test('a hash is one wherever it stands', () => {
    for (const hash of [
      '$2a$14$abcdefghijklmnopqrstuv',
      '$argon2id$v=19$m=1$x$y',
      'JDJhJDE0JGFiY2Rl',
    ])
      expect(redactConfig({ note: hash } as never).config).toEqual({ note: '[redacted]' });
  });

  test('what is no credential stays readable: near misses', () => {
    const config = {
      handler: 'reverse_proxy',
      health_checks: { passive: { fail_duration: 30_000_000_000, max_fails: 3 } },
      upstreams: [{ dial: '10.0.0.1:80' }],
      load_balancing: { selection_policy: { policy: 'header', field: 'X-Session' } },
      tls: {
        certificates: {
          load_files: [{ certificate: '/etc/ssl/a.pem', key: '/etc/ssl/a.key', tags: ['a'] }],
        },
      },
      storage: { module: 'file_system', root: '/var/lib/caddy' },
      headers: {
        response: { set: { 'Strict-Transport-Security': ['max-age=1'] }, delete: ['Server'] },
      },
      providers: {
        http_basic: {
          hash: { algorithm: 'bcrypt' },
          accounts: [{ username: 'family', password: '{env.PASSWORD_HASH}' }],
        },
      },
      challenges: {
        dns: {
          provider: { name: 'cloudflare', api_token: '{file./run/secrets/cf}' },
          propagation_timeout: 60,
          resolvers: ['1.1.1.1'],
        },
      },
    };
    const shown = redactConfig(config as never);
    expect(shown.config).toEqual(config);
    expect(shown.redacted).toEqual([]);
    expect(shown.placeholders.map(({ value }) => value)).toEqual([
      '{env.PASSWORD_HASH}',
      '{file./run/secrets/cf}',
    ]);
  });

  test('a secret beside a placeholder is still a secret', () => {
    expect(redactConfig({ token: `{env.A}${secret}` } as never).config).toEqual({
      token: '[redacted]',
    });
    expect(redactConfig({ Authorization: ['Bearer {env.A}'] } as never).config).toEqual({
      Authorization: ['Bearer {env.A}'],
    });
  });
});
