import { describe, expect, test } from 'vitest';
import { caddyLab, paths } from '../../../test/caddy-lab.ts';

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
