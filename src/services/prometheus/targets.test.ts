import { describe, expect, it } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { minute } from '../../demo/world/clock.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { FakePrometheus } from './fake/index.ts';
import { redactScrapeError, redactUrl } from './scrape-url.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);

describe('prom_targets', () => {
  it('counts every job, and lists what is down first', async () => {
    const world = createWorld({ now });
    incidents['target-down']?.apply(world);
    const { text, data } = await (
      await lab({ only: ['prometheus'], world })
    ).call('prom_targets', { limit: 2 });
    expect(text.split('\n')[0]).toBe('46 of 47 targets up, 1 down. None dropped by relabelling.');
    expect(data.targets[0]).toMatchObject({
      job: 'guest',
      target: 'nextcloud:9100',
      health: 'down',
      error:
        'Get "http://nextcloud:9100/metrics": dial tcp 10.0.30.60:9100: connect: connection refused',
      lastScrape: '2026-11-23T09:29:56Z',
      ageSeconds: 4,
      scrapeSeconds: 0.014,
      intervalSeconds: 15,
    });
    expect(data.jobs[0]).toEqual({
      instance: 'default',
      job: 'guest',
      up: 37,
      down: 1,
      unknown: 0,
    });
    expect(text).toContain('2 of 47 shown. cursor="2" goes on; or filter by job or state.');
  });

  it('filters by job and by state, and still counts the job', async () => {
    const homelab = await lab({ only: ['prometheus'] });
    const { data } = await homelab.call('prom_targets', { job: 'node', state: 'down' });
    expect(data).toMatchObject({ targets: [], total: 0, jobs: [{ job: 'node', up: 4, down: 0 }] });
    expect(
      homelab
        .requests('prometheus')
        .map(({ query }) => query.get('state'))
        .sort(),
    ).toEqual(['active', 'dropped']);
  });

  it('refuses a job that nobody scrapes, with those that are', async () => {
    const { isError, text } = await (
      await lab({ only: ['prometheus'] })
    ).call('prom_targets', { job: 'nodes' });
    expect([isError, text]).toEqual([
      true,
      'No job "nodes" has targets. Did you mean node? There are: alertmanager, caddy, guest, node, prometheus, ups',
    ]);
  });

  it.each(['3.5.3', '2.42.0'] as const)('counts what relabelling dropped (%s)', async (version) => {
    const world = createWorld({ now });
    world.guest('wiki').onboot = false;
    const homelab = await lab({ only: ['prometheus'], world });
    (homelab.fake('prometheus') as FakePrometheus).knobs.version = version;
    const { text, data } = await homelab.call('prom_targets');
    expect(data.dropped).toEqual([{ instance: 'default', pool: 'guest', targets: 1 }]);
    expect(text).toContain('1 dropped by relabelling (guest 1).');
  });

  it('says that the number of dropped targets is not known rather than none', async () => {
    const homelab = await lab({ only: ['prometheus'] });
    homelab.server('prometheus').inject({ status: 500 }, { path: /targets/, after: 1 });
    const { text, data } = await homelab.call('prom_targets', { job: 'node' });
    expect([text.split('\n')[0], data.dropped]).toEqual([
      '4 of 4 targets up, 0 down. Dropped targets: not known.',
      undefined,
    ]);
  });

  it('tells a target that was not scraped yet from one that is down', async () => {
    const homelab = await lab({ only: ['prometheus'] });
    const fresh = {
      labels: { job: 'new', instance: 'a:1' },
      scrapePool: 'new',
      scrapeUrl: 'http://a:1/metrics',
      lastError: '',
      lastScrape: '0001-01-01T00:00:00Z',
      lastScrapeDuration: 0,
      health: 'unknown',
    };
    homelab.server('prometheus').inject(
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          status: 'success',
          data: { activeTargets: [fresh], droppedTargets: null },
        }),
      },
      { path: /targets/ },
    );
    const { text, data } = await homelab.call('prom_targets');
    expect(text).toMatch(/^0 of 1 target up, 0 down, 1 not scraped yet\./);
    expect(text).toMatch(/unknown +new +a:1 +never/);
    expect(data.targets[0]).not.toHaveProperty('ageSeconds');
  });

  it('shows no credentials of a scrape URL, neither there nor in the error', async () => {
    const world = createWorld({ now });
    for (const target of world.monitoring.targets)
      if (target.job === 'ups')
        Object.assign(target, {
          path: '/metrics?api_key=hunter22&target=ups1',
          broken: { since: now - minute, error: 'connect: connection refused' },
        });
    const homelab = await lab({ only: ['prometheus'], world });
    const { text, data } = await homelab.call('prom_targets', { job: 'ups' });
    expect(text + JSON.stringify(data)).not.toContain('hunter22');
    expect(data.targets[0].url).toBe(
      'http://prometheus:9199/metrics?api_key=[redacted]&target=ups1',
    );
    expect((await homelab.call('service_health')).text).not.toContain('hunter22');
  });
});

describe('a scrape URL', () => {
  it.each([
    ['http://user:pass@host/metrics', 'http://[redacted]@host/metrics'],
    [
      'http://host/probe?module=http_2xx&target=https://a/b',
      'http://host/probe?module=http_2xx&target=https://a/b',
    ],
    [
      'http://host/?X-Auth=1&sig=abc&page=2',
      'http://host/?X-Auth=[redacted]&sig=[redacted]&page=2',
    ],
    ['http://host/?access_token=a%3Db#x', 'http://host/?access_token=[redacted]#x'],
  ])('%s leaves as %s', (url, safe) => {
    expect(redactUrl(url)).toBe(safe);
    expect(redactScrapeError(`Get "${url}": EOF`, url)).toBe(`Get "${safe}": EOF`);
  });
});
