import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, type Lab } from '../harness.ts';
import { freePort, installed, lacks, run, until, type Running } from './process.ts';

const victoriametrics = installed('victoria-metrics', 'victoria-metrics-prod');

/** What it does not have, as somebody who runs it says so. */
const without = 'alertmanager,status';

describe.skipIf(
  lacks('VictoriaMetrics', { 'victoria-metrics': victoriametrics }, { optional: true }),
)('a real VictoriaMetrics, which speaks most of the API of Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lares-real-'));
  const self = { running: undefined as Running | undefined, url: '', dead: '' };
  const homelab = (env: Record<string, string> = {}): Promise<Lab> =>
    lab({
      only: [],
      env: { PROMETHEUS_URL: self.url, PROMETHEUS_TARGET_DOWN_MINUTES: '0', ...env },
    });

  beforeAll(async () => {
    const address = `127.0.0.1:${await freePort()}`;
    self.url = `http://${address}`;
    self.dead = `127.0.0.1:${await freePort()}`;
    const config = join(folder, 'scrape.yml');
    writeFileSync(
      config,
      [
        'global: {scrape_interval: 1s}',
        'scrape_configs:',
        `  - {job_name: self, static_configs: [{targets: ['${address}']}]}`,
        `  - {job_name: dead, params: {api_key: [hunter22]}, static_configs: [{targets: ['${self.dead}']}]}`,
      ].join('\n'),
    );
    self.running = run(victoriametrics ?? '', [
      `-httpListenAddr=${address}`,
      `-storageDataPath=${join(folder, 'data')}`,
      `-promscrape.config=${config}`,
      // What was scraped a moment ago is found at once.
      '-search.latencyOffset=1s',
    ]);
    await until(
      'both targets were scraped, and queries know it',
      async () => (await fetch(`${self.url}/api/v1/query?query=up`)).text(),
      (text) => text.includes('"job":"self"') && text.includes('"job":"dead"'),
      90,
    );
  }, 120_000);
  afterAll(async () => {
    await self.running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is answered for as far as it goes; what it lacks is named, with the way out', async () => {
    const { call } = await homelab();
    const { data, text } = await call('service_health', { service: 'prometheus' });
    expect(data.services[0].version).toMatch(/^\d+\.\d+/);
    expect(data.services[0].gaps.length).toBeGreaterThan(0);
    expect(text).toContain('PROMETHEUS_WITHOUT');
    expect(text).not.toMatch(/^All clear/);
  });

  it('with what it lacks named as absent, nothing is left unchecked', async () => {
    const { call } = await homelab({ PROMETHEUS_WITHOUT: without });
    const { data } = await call('service_health', { service: 'prometheus' });
    const [state] = data.services;
    expect(state.gaps ?? []).toEqual([]);
    expect(state.findings.map(({ id }: { id: string }) => id)).toEqual([
      expect.stringMatching(/^prometheus\.target-down\/dead/),
    ]);
  });

  it('lists its targets, without the key in their URL', async () => {
    const { call } = await homelab();
    const { data, text } = await call('prom_targets');
    expect(data.targets[0]).toMatchObject({ job: 'dead', health: 'down' });
    expect(text).not.toContain('hunter22');
  });

  it('answers queries, at once and over time, and says what is wrong with one', async () => {
    const { call } = await homelab();
    const now = await call('prom_query', { query: 'up' });
    expect(now.text).toContain(self.dead);
    const range = await call('prom_query', { query: 'up{job="self"}', start: '-5m' });
    expect([range.isError, range.text]).toEqual([false, expect.stringContaining('self')]);
    const wrong = await call('prom_query', { query: 'sum(up' });
    expect([wrong.isError, wrong.text]).toEqual([true, expect.stringMatching(/sum\(up|parse/)]);
  });

  it('evaluates no rules, and that is not told as "nothing fires"', async () => {
    const { call } = await homelab();
    const { text } = await call('prom_alerts');
    expect(text).toMatch(/evaluates no (alert(ing)? )?rules/);
  });
});
