import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { fakePrometheus } from '../../src/services/prometheus/fake/index.ts';
import { services } from '../../src/services/index.ts';
import { caller, connect, type Lab } from '../harness.ts';
import { programs, startMonitoring, type Monitoring } from './monitoring.ts';
import { lacks } from './process.ts';

describe.skipIf(lacks('Prometheus, Alertmanager and node exporter', programs))(
  'a real Prometheus with a real Alertmanager',
  () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
    let monitoring: Monitoring;
    let env: Record<string, string>;
    let runtime: Runtime;
    let call: Lab['call'];
    let end: () => Promise<void>;

    beforeAll(async () => {
      monitoring = await startMonitoring();
      env = {
        LARES_STATE_DIR: stateDir,
        PROMETHEUS_URL: monitoring.prometheusUrl,
        PROMETHEUS_ALERTMANAGER_URL: monitoring.alertmanagerUrl,
        PROMETHEUS_TARGET_DOWN_MINUTES: '0',
      };
      runtime = createRuntime(services, env);
      const client = await connect(runtime, '2026-07-28');
      call = caller(client);
      end = async () => {
        await client.close();
        await runtime.close();
      };
    });
    afterAll(async () => {
      await end?.();
      await monitoring?.close();
      rmSync(stateDir, { recursive: true, force: true });
    });

    it('tells what fires, what waits, what is silenced by whom, and knows its watchdog', async () => {
      const { data, text } = await call('prom_alerts');
      expect(data.counts).toEqual({
        critical: 1,
        warning: 0,
        info: 0,
        heldBack: 1,
        pending: 1,
        watchdogs: 1,
      });
      expect(
        data.alerts.map(({ name, state, knownTo }: Record<string, string>) => [
          name,
          state,
          knownTo,
        ]),
      ).toEqual([
        ['DeadTarget', 'firing', 'both'],
        ['Silenced', 'firing', 'both'],
        ['Later', 'pending', 'prometheus'],
        ['Watchdog', 'firing', 'both'],
      ]);
      expect(text).toContain('silenced by lab until');
      expect(text).toContain(
        `> DeadTarget ${monitoring.deadTarget}: ${monitoring.deadTarget} is dead`,
      );
    });

    it('tells which target is down and why, without the key in its URL', async () => {
      const { data, text } = await call('prom_targets');
      expect(data.targets[0]).toMatchObject({
        job: 'dead',
        health: 'down',
        error: expect.stringMatching(/api_key=\[redacted\].*connection refused/),
      });
      expect(text).toMatch(/^2 of 3 targets up, 1 down\. 1 dropped by relabelling \(dropped 1\)\./);
      expect(text + JSON.stringify(data)).not.toContain('hunter22');
    });

    it('answers queries: NaN stays NaN, infinity stays infinity', async () => {
      expect((await call('prom_query', { query: 'lab:nan' })).data.series).toMatchObject([
        { labels: { __name__: 'lab:nan' }, value: 'NaN' },
      ]);
      expect((await call('prom_query', { query: '-1/0' })).data.series[0].value).toBe('-Inf');
      expect(
        (await call('prom_query', { query: 'node_boot_time_seconds', range: '30s', step: '1s' }))
          .data.series[0].over.samples,
      ).toBeGreaterThan(0);
    });

    it('says in one line what is wrong with a range that the server itself would refuse, and chooses a step when it may', async () => {
      expect(await call('prom_query', { query: 'up', range: '300d', step: '1s' })).toMatchObject({
        isError: true,
        text: expect.stringMatching(
          /^A step of 1 s over 300 d is [\d,]+ points a series\. [^\n]*leave step out/,
        ),
      });
      expect((await call('prom_query', { query: 'up', range: '300d' })).isError).toBe(false);
    });

    it('suggests the names that this server has', async () => {
      expect((await call('prom_query', { query: 'node_memory_MemAvail_bytes' })).text).toMatch(
        /There is no metric node_memory_MemAvail_bytes\. Near: .*node_memory_MemAvailable_bytes/,
      );
    });

    it('says what is broken, and on the command line too', async () => {
      const { data } = await call('service_health', { service: 'prometheus' });
      const [state] = data.services;
      expect(state).toMatchObject({
        state: 'degraded',
        facts: { alerts: 1, silenced: 1, pending: 1, targets: '2/3 up' },
      });
      expect(state.version).toMatch(/^\d+\.\d+\.\d+/);
      expect(
        state.findings.map(({ id, severity }: Record<string, string>) => [id, severity]),
      ).toEqual([
        [`prometheus.alert/DeadTarget/${monitoring.deadTarget}`, 'critical'],
        ['prometheus.rule-error/broken/Ambiguous', 'warning'],
        [`prometheus.target-down/dead/${monitoring.deadTarget}`, 'warning'],
        ['prometheus.alert/Silenced', 'info'],
      ]);
      const cli = await lares('health', '--json');
      expect([cli.code, JSON.parse(cli.stdout).overall]).toEqual([1, 'broken']);
      expect((await lares('doctor')).stdout).toContain('Alertmanager');
    });

    describe('and the fake beside it', () => {
      const questions = [
        'up{',
        'up{job',
        'up{job="x"',
        'up{job!"x"}',
        'foo(',
        'foo(up)',
        'rate(up)',
        'rate(up[5m]',
        'rate(5)',
        'rate()',
        'vector(up)',
        'sum()',
        'sum("a")',
        'topk(up)',
        'sum(up) by',
        'sum by (job (up)',
        'up +',
        ') up',
        'up)',
        '(up',
        'up up',
        'up[5m',
        '"a',
        '{}',
        '{job=""}',
        'up @',
        '$',
        'up offset',
        'up[5m] + 1',
        'up and 1',
        '1 == 1',
        '',
        '1 + 1',
        '1/0',
        '-1/0',
        '"hello"',
        'time() * 0',
        'scalar(vector(3))',
        'vector(1) > 2',
        '1 == bool 1',
        '2 ^ 3 ^ 2',
        '-2 ^ 2',
        '7 % 4',
        'vector(1) or vector(2)',
        'sum(vector(4))',
        'nosuchmetric',
        'absent(nosuchmetric)',
        'max_over_time(vector(1)[1m:10s])',
        'count_over_time(vector(1)[1m:10s])',
        'vector(1)[1m]',
        'label_replace(vector(1), "a", "$1-b", "none", "(.*)")',
        'clamp(vector(7), 1, 5)',
        'quantile(0.5, vector(3))',
        'deriv(vector(1)[1m:10s])',
        'predict_linear(vector(5)[1m:10s], 60)',
        'changes(vector(1)[1m:10s])',
        'round(vector(1.26), 0.1)',
      ];

      it.each(questions)('answers %s in the same words', async (query) => {
        const version = String(
          ((await monitoring.ask('/api/v1/status/buildinfo')) as { data: { version: string } }).data
            .version,
        );
        const fake = await fakePrometheus(createWorld(), {
          auth: null,
          version: version.startsWith('2.') ? '2.42.0' : '3.5.3',
        });
        const path = `/api/v1/query?time=1795393212&query=${encodeURIComponent(query)}`;
        const [real, made] = [
          await monitoring.ask(path),
          await (await fetch(fake.url + path)).json(),
        ];
        await fake.close();
        expect(made).toEqual(real);
      });
    });

    it('without its Alertmanager, says so', async () => {
      await monitoring.alertmanager.stop();
      const { data } = await call('service_health', { service: 'prometheus' });
      expect(data.services[0].findings.map(({ id }: Record<string, string>) => id)).toContain(
        'prometheus.alertmanager-down/alertmanager',
      );
      expect((await call('prom_alerts')).text).toContain('PARTIAL: Alertmanager is unreachable');
    });

    it('when it is gone, is unreachable and not "all clear"', async () => {
      await monitoring.prometheus.stop();
      const { data, text } = await call('service_health', { service: 'prometheus' });
      expect([data.overall, data.services[0].state]).toEqual(['unknown', 'unreachable']);
      expect(text).not.toMatch(/^All clear/);
      expect((await call('prom_query', { query: 'up' })).text).toContain('connection refused');
      expect((await lares('health')).code).toBe(2);
    });

    /** The command line, in a process of its own with nothing but these variables. */
    async function lares(...args: readonly string[]): Promise<{ code: number; stdout: string }> {
      const program = new URL('../../src/cli/main.ts', import.meta.url).pathname;
      const options = {
        env: { ...env, PATH: process.env['PATH'] ?? '' },
        cwd: new URL('../..', import.meta.url),
      };
      return promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', program, ...args],
        options,
      ).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
      );
    }
  },
);
