import { describe, expect, it, onTestFinished } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { incidents } from '../../demo/incidents/index.ts';
import { monitoringIncidents } from '../../demo/incidents/monitoring.ts';
import { minute } from '../../demo/world/clock.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakePrometheus, type FakePrometheus } from './fake/index.ts';
import { doctor } from './doctor.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
interface Finding {
  id: string;
  severity: string;
  message: string;
  since?: string;
  next?: { tool: string; arguments: object };
}
interface HealthAnswer {
  verdict: string;
  overall: string;
  state: string;
  version: string;
  facts: object;
  findings: Finding[];
  gaps?: { what: string; why: string }[];
  problem?: string;
  text: string;
}

async function readHealth(homelab: Lab): Promise<HealthAnswer> {
  const { data, text } = await homelab.call('service_health', { service: 'prometheus' });
  return { verdict: data.verdict, overall: data.overall, ...data.services[0], text };
}
const during = async (name: string, env: Record<string, string | undefined> = {}): Promise<Lab> => {
  const world = createWorld({ now });
  incidents[name]?.apply(world);
  return lab({ only: ['prometheus'], world, env });
};

describe('service_health', () => {
  it('is all clear where only the watchdog fires', async () => {
    const health = await readHealth(
      await lab({ only: ['prometheus'], world: createWorld({ now }) }),
    );
    expect(health).toMatchObject({
      overall: 'ok',
      state: 'ok',
      version: '3.5.3',
      facts: { alerts: 0, targets: '47/47 up', rules: 8 },
      findings: [],
    });
    expect(health.verdict).toContain('alerts 0, targets 47/47 up');
  });

  it.each(Object.entries(monitoringIncidents).filter(([, incident]) => 'expect' in incident))(
    '%s: has its finding, with what digs deeper',
    async (name, incident) => {
      const health = await readHealth(await during(name));
      const finding = health.findings.find(
        ({ id }) => 'expect' in incident && id.startsWith(incident.expect),
      );
      expect(finding?.severity).toMatch(/critical|warning/);
      expect(health.overall).toBe('broken');
      for (const { next } of health.findings) expect(next?.tool).toMatch(/^prom_/);
    },
  );

  it.each(Object.entries(monitoringIncidents).filter(([, incident]) => !('expect' in incident)))(
    '%s: nothing is broken',
    async (name) => {
      const health = await readHealth(await during(name));
      expect([
        health.overall,
        health.findings.filter(({ severity }) => severity !== 'info'),
      ]).toEqual(['ok', []]);
    },
  );

  it('tells since when an alert fires, and how bad its rule says it is', async () => {
    expect((await readHealth(await during('ups-on-battery'))).findings).toEqual([
      {
        id: 'prometheus.alert/UpsOnBattery/prometheus:9199',
        incident: 'prometheus.alert/UpsOnBattery/prometheus:9199',
        severity: 'critical',
        subject: 'UpsOnBattery on prometheus:9199',
        since: '2026-11-23T09:24:00Z',
        evidence: 'severity critical',
        message: 'Alert UpsOnBattery fires on prometheus:9199: ups1 runs on battery',
        next: { tool: 'prom_alerts', arguments: { name: 'UpsOnBattery' } },
      },
    ]);
  });

  it('says of a silenced alert that it is', async () => {
    const [finding] = (await readHealth(await during('alert-silenced'))).findings;
    expect(finding).toMatchObject({
      severity: 'info',
      message: expect.stringContaining('is silenced by operator until 2026-11-23T11:30:00Z'),
    });
  });

  it('takes an alert without a severity for a warning, and lets an operator decide on words', async () => {
    const world = createWorld({ now });
    incidents['ups-on-battery']?.apply(world);
    const rule = world.monitoring.rules.find(({ name }) => name === 'UpsOnBattery');
    if (rule) rule.labels = {};
    expect(
      (await readHealth(await lab({ only: ['prometheus'], world }))).findings[0],
    ).toMatchObject({
      severity: 'warning',
      evidence: 'its rule sets no severity',
    });
    if (rule) rule.labels = { severity: 'P1' };
    expect(
      (
        await readHealth(
          await lab({
            only: ['prometheus'],
            world,
            env: { PROMETHEUS_CRITICAL_SEVERITIES: 'p1, p2' },
          }),
        )
      ).findings[0]?.severity,
    ).toBe('critical');
  });

  it('waits before a target that is down is a warning, and says that it does', async () => {
    const homelab = await during('alert-pending');
    expect((await readHealth(homelab)).findings[0]).toMatchObject({
      id: 'prometheus.target-down/guest/wiki:9100',
      severity: 'info',
      message: expect.stringContaining('for a few minutes at most'),
    });
    homelab.world.advance(10 * minute);
    expect((await readHealth(homelab)).findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['prometheus.alert/GuestDown/wiki:9100', 'warning'],
      ['prometheus.target-down/guest/wiki:9100', 'warning'],
    ]);
    const strict = await during('alert-pending', { PROMETHEUS_TARGET_DOWN_MINUTES: '0' });
    expect((await readHealth(strict)).findings[0]?.severity).toBe('warning');
  });

  it('bundles what fails together, and knows that inhibited is known', async () => {
    const homelab = await during('node-silent');
    homelab.world.advance(10 * minute);
    const { findings, text } = await readHealth(homelab);
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['prometheus.alert/HostDown/pve-big1:9100', 'critical'],
      ['prometheus.target-down/node/pve-big1:9100', 'warning'],
      ['prometheus.alert/GuestDown', 'info'],
      ['prometheus.target-down/guest', 'info'],
    ]);
    expect(findings[2]?.message).toContain(
      'fires on 10 instances (dev-linux:9100, frigate:9100, graylog:9100 and 7 more) but is inhibited by HostDown',
    );
    expect(text.length).toBeLessThan(2_500);
  });

  it('says that Alertmanager does not answer, and that silences were not looked at', async () => {
    const homelab = await during('alert-silenced');
    homelab.server('prometheus', 1).inject('refuse');
    const health = await readHealth(homelab);
    expect(health.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['prometheus.alert/UpsOnBattery/prometheus:9199', 'critical'],
      ['prometheus.alertmanager-down/alertmanager', 'critical'],
    ]);
  });

  it('takes an Alertmanager that refuses for a gap, not for an outage', async () => {
    const homelab = await lab({ only: ['prometheus'], world: createWorld({ now }) });
    (homelab.fake('prometheus') as FakePrometheus).knobs.alertmanagerAuth = {
      username: 'a',
      password: 'b',
    };
    const health = await readHealth(homelab);
    expect([health.overall, health.findings, health.gaps?.map(({ what }) => what)]).toEqual([
      'ok',
      [],
      ['silences'],
    ]);
    expect(health.verdict).toContain('Nothing is broken in what the credentials may see');
  });

  it('says what a compatible server does not have, and tells the rest', async () => {
    const homelab = await lab({ only: ['prometheus'], world: createWorld({ now }) });
    homelab
      .server('prometheus')
      .inject(
        { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' },
        { path: /(targets|rules|alertmanagers|runtimeinfo)$/ },
      );
    const health = await readHealth(homelab);
    expect(health.gaps?.map(({ what }) => what)).toEqual([
      'targets',
      'rules',
      'the Alertmanagers it sends to',
      'its configuration',
    ]);
    expect([health.overall, health.facts]).toEqual([
      'unknown',
      { alerts: 0, targets: 'not read', rules: 'not read' },
    ]);
  });

  it.each([
    ['refuse', undefined, 'unreachable'],
    ['hang', undefined, 'unreachable'],
    [{ status: 401 }, undefined, 'denied'],
    ['garbage', undefined, 'unreachable'],
  ] as const)('%j is never "all clear"', async (fault, when, state) => {
    const homelab = await lab({ only: ['prometheus'], env: { LARES_DEADLINE_MS: '300' } });
    homelab.server('prometheus').inject(fault, when);
    const health = await readHealth(homelab);
    expect([health.state, health.findings]).toEqual([state, []]);
    expect(health.overall).not.toBe('ok');
  });

  it('asks one thing first, so that a slow password check is made once', async () => {
    const homelab = await lab({ only: ['prometheus'], env: { LARES_DEADLINE_MS: '300' } });
    homelab.server('prometheus').inject('hang', { path: /buildinfo/ });
    expect((await readHealth(homelab)).state).toBe('unreachable');
    expect(homelab.requests('prometheus').map(({ path }) => path)).toEqual([
      '/api/v1/status/buildinfo',
    ]);
  });

  it('does not take what Alertmanager lost for a watchdog that arrived', async () => {
    const homelab = await lab({ only: ['prometheus'], world: createWorld({ now }) });
    homelab
      .server('prometheus', 1)
      .inject(
        { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' },
        { path: /alerts/ },
      );
    expect((await readHealth(homelab)).findings).toMatchObject([
      {
        id: 'prometheus.watchdog-missing/Watchdog',
        message:
          'Watchdog fires in Prometheus, but Alertmanager does not have it: alerts do not get through',
      },
    ]);
  });

  it('asks every instance, and places each finding', async () => {
    const world = createWorld({ now });
    incidents['ups-on-battery']?.apply(world);
    const [home, away] = [
      await fakePrometheus(world),
      await fakePrometheus(createWorld({ now }), { auth: null }),
    ];
    onTestFinished(async () => {
      await Promise.all([home.close(), away.close()]);
    });
    const both = await lab({
      only: [],
      world,
      env: {
        PROMETHEUS_HOME_URL: home.url,
        PROMETHEUS_HOME_USERNAME: 'lares',
        PROMETHEUS_HOME_PASSWORD: 'correct-horse-battery',
        PROMETHEUS_AWAY_URL: away.url,
      },
    });
    const health = await readHealth(both);
    expect(health.facts).toMatchObject({ alerts: 1, targets: '94/94 up' });
    expect(health.findings).toMatchObject([
      {
        id: 'prometheus.alert/home/UpsOnBattery/prometheus:9199',
        next: { arguments: { name: 'UpsOnBattery', instance: 'home' } },
      },
    ]);
    const { data } = await both.call('prom_query', {
      query: 'up == 1',
      instance: 'away',
      limit: 1,
    });
    expect(data.total).toBe(47);
    expect((await both.call('prom_query', { query: 'up' })).text).toMatch(
      /Which instance\?.*home, away|Which instance\?.*away, home/,
    );
    expect(
      (await both.call('prom_alerts')).data.alerts
        .map(({ instance, name }: { instance: string; name: string }) => `${instance} ${name}`)
        .sort(),
    ).toEqual(['away Watchdog', 'home UpsOnBattery', 'home Watchdog']);
  });
});

it("instances that share an Alertmanager do not tell each other's alerts twice", async () => {
  const world = createWorld({ now });
  incidents['ups-on-battery']?.apply(world);
  const [home, away] = [
    await fakePrometheus(world, { auth: null }),
    await fakePrometheus(createWorld({ now }), { auth: null }),
  ];
  onTestFinished(async () => {
    await Promise.all([home.close(), away.close()]);
  });
  const alertmanager = home.env['PROMETHEUS_ALERTMANAGER_URL'] ?? '';
  const both = await lab({
    only: [],
    world,
    env: {
      PROMETHEUS_HOME_URL: home.url,
      PROMETHEUS_AWAY_URL: away.url,
      PROMETHEUS_ALERTMANAGER_URL: alertmanager,
    },
  });
  expect((await readHealth(both)).findings.map(({ id }) => id)).toEqual([
    'prometheus.alert/home/UpsOnBattery/prometheus:9199',
  ]);
  expect(
    (await both.call('prom_alerts')).data.alerts.map(
      ({ instance, name }: { instance: string; name: string }) => `${instance} ${name}`,
    ),
  ).toEqual(['home UpsOnBattery', 'away Watchdog', 'home Watchdog']);
});

describe('doctor', () => {
  const diagnosis = async (homelab: Lab) => {
    const [configured] = homelab.house.services.filter(
      ({ service }) => service.id === 'prometheus',
    );
    return doctor({
      instances: configured?.instances ?? new Map(),
      signal: new AbortController().signal,
      progress: () => undefined,
      now: () => now,
      failed: () => undefined,
    });
  };

  it('shows both versions and what works', async () => {
    expect(await diagnosis(await lab({ only: ['prometheus'] }))).toEqual({
      version: '3.5.3, Alertmanager 0.33.1',
      rights: [
        { what: 'evaluate PromQL', granted: true },
        { what: 'read alerts and silences of Alertmanager', granted: true },
      ],
    });
  });

  it('names the variable, and the Alertmanager that Prometheus knows', async () => {
    const { rights } = await diagnosis(
      await lab({ only: ['prometheus'], env: { PROMETHEUS_ALERTMANAGER_URL: undefined } }),
    );
    expect(rights[1]).toEqual({
      what: 'read alerts and silences of Alertmanager',
      granted: 'unknown',
      fix: expect.stringMatching(
        /^Set PROMETHEUS_ALERTMANAGER_URL \(Prometheus sends to http:\/\/alertmanager:9093\)/,
      ),
    });
  });

  it('says why Alertmanager does not answer', async () => {
    const homelab = await lab({ only: ['prometheus'] });
    homelab.server('prometheus', 1).inject('refuse');
    expect((await diagnosis(homelab)).rights[1]).toMatchObject({
      granted: false,
      fix: expect.stringContaining('connection refused'),
    });
  });
});
