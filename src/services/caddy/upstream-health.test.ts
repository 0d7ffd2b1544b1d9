import { describe, expect, test } from 'vitest';
import { caddyLab, on, proxy, server } from '../../../test/caddy-lab.ts';
import type { SiteRow } from './tools/site-row.ts';

const only = ({ data }: { data: { sites: SiteRow[] } }): SiteRow => data.sites[0] as SiteRow;

describe('upstream health', () => {
  test('what nobody checks is unchecked, however green its gauge: Caddy shows 1 for a dead one', async () => {
    const { call, world } = await caddyLab();
    world.proxy.crashed.push('wiki', 'n8n');
    expect(only(await call('caddy_list_sites', { host: 'wiki.' })).rules[0]?.upstreams).toEqual([
      { address: '10.0.30.64:3000', health: 'unchecked', detail: 'no health check is configured' },
    ]);
    const { data, text } = await call('caddy_list_sites', { problems: true });
    expect(data.sites.map(({ host }: SiteRow) => host)).toEqual(['n8n.lab.example.net']);
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
    expect(data.sites.map(({ rules }: SiteRow) => rules[0]?.upstreams?.[0]?.health)).toEqual([
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
