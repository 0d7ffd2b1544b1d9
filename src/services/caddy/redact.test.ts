import { describe, expect, test } from 'vitest';
import { redactConfig } from './redact.ts';

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
    [
      'an expression that compares a header',
      { match: [{ expression: `{http.request.header.X-Token} == "${secret}" && path('/x')` }] },
    ],
    [
      'an expression with a map of fields',
      { match: [{ expression: { expr: `header({'X-Api-Key': \`${secret}\`})`, name: 'm' } }] },
    ],
    [
      'a query parameter that a rewrite sets',
      { handler: 'rewrite', query: { set: [{ key: 'api_key', val: secret }] } },
    ],
    [
      'a query parameter that a rewrite replaces',
      {
        handler: 'rewrite',
        query: { replace: [{ key: 'token', search: secret, replace: secret }] },
      },
    ],
    [
      'a table that a header is looked up in',
      {
        handler: 'map',
        source: '{http.request.header.Authorization}',
        destinations: ['{user}'],
        mappings: [{ input: `Bearer ${secret}`, outputs: ['family'] }],
      },
    ],
    [
      'a header that is matched by a pattern',
      { match: [{ header_regexp: { 'X-Token': { name: 't', pattern: `^${secret}$` } } }] },
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
      match: [{ expression: '{http.request.header.Accept} == "text/html"' }],
      rewrite: { query: { set: [{ key: 'lang', val: 'en' }] } },
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

  test('the name of a redacted value stays readable, and a value asked for alone does not', () => {
    const set = [{ key: 'api_key', val: secret }];
    expect(redactConfig(set as never, ['rewrite', 'query', 'set']).config).toEqual([
      { key: 'api_key', val: '[redacted]' },
    ]);
    expect(redactConfig(secret, ['rewrite', 'query', 'set', '0', 'val']).config).toBe('[redacted]');
    expect(
      redactConfig('{http.request.header.X-Token} == "abc" || header({"X-Token": "abc"})', [
        'match',
        '0',
        'expression',
      ]).config,
    ).toBe('{http.request.header.X-Token} == "[redacted]" || header({"X-Token": "[redacted]"})');
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
