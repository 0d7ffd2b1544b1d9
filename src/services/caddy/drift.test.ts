import { describe, expect, test } from 'vitest';
import { caddyLab, on, proxy, server } from '../../../test/caddy-lab.ts';
import type { SiteRow } from './tools/site-row.ts';

describe('drift between the pair', () => {
  test('each version of a site is a row that says where it stands; what agrees is one row', async () => {
    const { call, node, sites } = await caddyLab();
    for (const { action } of sites('miniflux', 'caddy1'))
      if (action.kind === 'proxy') action.checks = 'none';
    node('caddy2').sites = node('caddy2').sites.filter(({ host }) => !host.startsWith('forgejo'));
    const { data, text } = await call('caddy_list_sites', { problems: true });
    const differs = (other: string): string =>
      `differs from ${other} in routes/0/handle/0/routes/0/handle/1/health_checks`;
    expect(data.sites.map(({ host, on: where, drift }: SiteRow) => [host, where, drift])).toEqual([
      ['forgejo.lab.example.net', ['caddy1'], 'not on caddy2'],
      ['miniflux.lab.example.net', ['caddy1'], differs('caddy2')],
      ['miniflux.lab.example.net', ['caddy2'], differs('caddy1')],
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
    expect(data.sites.map(({ host, on: where, drift }: SiteRow) => [host, where, drift])).toEqual([
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
    expect(data.sites.map(({ host, drift }: SiteRow) => [host, drift])).toEqual([
      ['*.lab.test', undefined],
      ['a.lab.test', 'differs from caddy2'],
      ['a.lab.test', 'differs from caddy1'],
    ]);
  });

  test('where rows look alike, says where they differ, and no value of it', async () => {
    const { call } = await caddyLab({
      edit: (_, name) =>
        server([
          on(
            ['a.lab.test'],
            proxy('10.0.0.1:80', {
              headers: {
                request: { set: { 'X-Api-Key': [name === 'caddy1' ? 's3cret' : 'other'] } },
              },
            }),
          ),
        ])(),
    });
    const { data, text } = await call('caddy_list_sites');
    expect(data.sites.map(({ drift }: SiteRow) => drift)).toEqual([
      'differs from caddy2 in routes/0/handle/0/headers/request/set/X-Api-Key/0',
      'differs from caddy1 in routes/0/handle/0/headers/request/set/X-Api-Key/0',
    ]);
    expect(text).not.toMatch(/s3cret|other/);
  });

  test('the same credential on both is no difference, whatever shape it has; and none is shown by its mark', async () => {
    const route = (secret: string) => [
      on(
        ['a.lab.test'],
        proxy('10.0.0.1:80', {
          headers: { request: { set: { Authorization: [`Bearer ${secret}`], 'X-Note': ['x'] } } },
        }),
      ),
    ];
    const same = await caddyLab({ edit: () => server(route('s3cretS3cret'))() });
    const { data } = await same.call('caddy_list_sites');
    expect(data.sites.map(({ drift }: SiteRow) => drift)).toEqual([undefined]);
    const apart = await caddyLab({
      edit: (_, name) => server(route(name === 'caddy1' ? 's3cretS3cret' : 'an0therOne'))(),
    });
    const answers = [
      await apart.call('caddy_list_sites'),
      await apart.call('caddy_get_config', { path: 'apps/http' }),
      await apart.call('service_health'),
    ];
    expect(answers[1]?.data.versions).toHaveLength(2);
    for (const answer of answers) {
      expect(answer.isError).toBe(false);
      expect(answer.text + JSON.stringify(answer.data)).not.toMatch(
        /s3cretS3cret|an0therOne|redacted#/,
      );
    }
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
    expect(data.sites.every(({ drift }: SiteRow) => drift === undefined)).toBe(true);
    expect(text).toMatch(/PARTIAL: Caddy caddy2 did not answer: GET \/\S+: the connection was cut/);
    node('caddy1').running = false;
    expect(await call('caddy_list_sites')).toMatchObject({ isError: true });
  });
});
