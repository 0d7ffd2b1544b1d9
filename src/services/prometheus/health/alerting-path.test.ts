import { describe, expect, it } from 'vitest';
import { lab, type Lab } from '../../../../test/harness.ts';
import { incidents } from '../../../demo/incidents/index.ts';
import { minute } from '../../../demo/world/clock.ts';
import { createWorld, type World } from '../../../demo/world/index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const withoutAlertmanager = { PROMETHEUS_ALERTMANAGER_URL: undefined };

async function start(
  happen: (world: World) => void,
  env: Record<string, string | undefined> = {},
): Promise<Lab> {
  const world = createWorld({ now });
  happen(world);
  return lab({ only: ['prometheus'], world, env });
}

interface Health {
  findings: { id: string; severity: string; message: string }[];
  gaps: { what: string; why: string }[];
  overall: string;
  text: string;
}
async function readHealth({ call }: Lab): Promise<Health> {
  const { data, text } = await call('service_health', { service: 'prometheus' });
  const [{ findings, gaps = [] }] = data.services;
  return { findings, gaps, overall: data.overall, text };
}

describe('an Alertmanager that nobody named to Lares', () => {
  it('is not checked, at the address that Prometheus sends to', async () => {
    const { findings, text, overall } = await readHealth(
      await start(() => undefined, withoutAlertmanager),
    );
    expect([findings, overall]).toEqual([[], 'ok']);
    expect(text).not.toContain('All clear');
    expect(text).toMatch(
      /NOT CHECKED Prometheus: Alertmanager at http:\/\/alertmanager:9093: whether alerts reach anybody, and silences \(not configured\. Set PROMETHEUS_ALERTMANAGER_URL, or PROMETHEUS_WITHOUT=alertmanager/,
    );
  });

  it('and that is dead is seen by what Prometheus drops', async () => {
    const homelab = await start(
      (world) => incidents['alertmanager-down']?.apply(world),
      withoutAlertmanager,
    );
    const { findings } = await readHealth(homelab);
    expect(findings).toMatchObject([
      {
        id: 'prometheus.alerts-dropped/prometheus',
        severity: 'critical',
        message: expect.stringMatching(
          /^Prometheus dropped [12] alerts? in the last 2 min that no Alertmanager took \(it sends to http:.*\): nobody is told/,
        ),
      },
    ]);
  });

  it('and that takes them again is no longer dead', async () => {
    const homelab = await start(
      (world) => incidents['alertmanager-down']?.apply(world),
      withoutAlertmanager,
    );
    homelab.world.monitoring.alertmanager.droppedUntil = now - 3 * minute;
    expect((await readHealth(homelab)).findings).toEqual([]);
  });

  it('is not called absent by a Prometheus that has just started and discovers it', async () => {
    const homelab = await start((world) => {
      incidents['alertmanager-absent']?.apply(world);
      world.monitoring.prometheus.startedAt = now - 5_000;
    });
    expect((await readHealth(homelab)).findings).toEqual([]);
    homelab.world.advance(2 * minute);
    expect((await readHealth(homelab)).findings.map(({ id }) => id)).toEqual([
      'prometheus.alertmanager-absent/prometheus',
    ]);
  });

  it('is no gap where Prometheus sends to none, which is a finding', async () => {
    const { findings, gaps } = await readHealth(
      await start((world) => incidents['alertmanager-absent']?.apply(world), withoutAlertmanager),
    );
    expect(findings.map(({ id }) => id)).toEqual(['prometheus.alertmanager-absent/prometheus']);
    expect(gaps).toEqual([]);
  });
});

describe('an Alertmanager that is configured', () => {
  it('and is dead is one finding, not two', async () => {
    const { findings } = await readHealth(
      await start((world) => incidents['alertmanager-down']?.apply(world)),
    );
    expect(findings.map(({ id }) => id)).toEqual(['prometheus.alertmanager-down/alertmanager']);
  });

  it('and answers, while Prometheus drops its alerts at another address', async () => {
    const homelab = await start((world) => incidents['alertmanager-down']?.apply(world));
    for (const path of [/alerts/, /silences/])
      homelab
        .server('prometheus', 1)
        .inject(
          { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' },
          { path },
        );
    expect((await readHealth(homelab)).findings.map(({ id }) => id)).toContain(
      'prometheus.alerts-dropped/prometheus',
    );
  });

  it('and is too slow for Lares is no outage', async () => {
    const homelab = await start(() => undefined, { PROMETHEUS_TIMEOUT_MS: '1000' });
    homelab.server('prometheus', 1).inject('hang');
    const { findings, gaps, overall } = await readHealth(homelab);
    expect([findings, gaps.map(({ what }) => what), overall]).toEqual([
      [],
      ['silences'],
      'unknown',
    ]);
  });

  it('tells that an alert is silenced, though not by whom where that is denied', async () => {
    const homelab = await start((world) => incidents['alert-silenced']?.apply(world));
    homelab.server('prometheus', 1).inject({ status: 403 }, { path: /silences/ });
    const { findings } = await readHealth(homelab);
    expect(findings).toMatchObject([
      { severity: 'info', message: expect.stringContaining('is silenced by somebody') },
    ]);
  });
});

describe('a target that is down where there is no history', () => {
  it('is only worth knowing, and says why', async () => {
    const homelab = await start((world) => incidents['prometheus-new']?.apply(world));
    const { findings } = await readHealth(homelab);
    expect(findings.map(({ severity }) => severity)).toEqual(['info', 'info']);
    expect(findings[0]?.message).toContain(
      ', for how long Prometheus, itself just started, does not know: ',
    );
    homelab.world.advance(11 * minute);
    expect(
      (await readHealth(homelab)).findings.filter(({ id }) => id.includes('target-down')),
    ).toMatchObject([{ severity: 'warning' }, { severity: 'warning' }]);
  });
});

describe('one alert that fires', () => {
  it('does not fire 1 times', async () => {
    const homelab = await start((world) => {
      world.monitoring.rules.push({
        group: 'x',
        name: 'NoInstance',
        query: 'vector(1)',
        forSeconds: 0,
        labels: { severity: 'warning' },
        annotations: {},
      });
    });
    const { findings } = await readHealth(homelab);
    expect(findings[0]?.message).toBe('Alert NoInstance fires');
  });
});
