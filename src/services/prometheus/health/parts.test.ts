import { describe, expect, it, onTestFinished } from 'vitest';
import { lab, type Lab } from '../../../../test/harness.ts';
import { createWorld } from '../../../demo/world/index.ts';
import { fakePrometheus, type FakePrometheus } from '../fake/index.ts';

const start = (env: Record<string, string | undefined> = {}): Promise<Lab> =>
  lab({ only: ['prometheus'], world: createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) }), env });

interface State {
  state: string;
  version?: string;
  headline?: string;
  facts?: object;
  findings: object[];
  gaps?: { what: string }[];
}
async function stateOf({ call }: Lab): Promise<State> {
  return (await call('service_health', { service: 'prometheus' })).data.services[0];
}
const missing = ({ gaps = [] }: State): string[] => gaps.map(({ what }) => what);

describe('one part that fails', () => {
  it.each([
    [/buildinfo/, ['version']],
    [/\/api\/v1\/alerts$/, ['alerts']],
    [/targets/, ['targets']],
    [/rules/, ['rules']],
    [/alertmanagers$/, ['the Alertmanagers it sends to']],
    [/runtimeinfo/, ['its configuration']],
    [/query/, []],
  ])('%s costs its own line, and Prometheus is not down', async (path, what) => {
    const homelab = await start();
    homelab.server('prometheus').inject({ status: 500 }, { path });
    const state = await stateOf(homelab);
    expect([state.findings, missing(state)]).toEqual([[], what]);
    expect(state.state).not.toBe('down');
  });

  it('that hangs first holds the others up for a moment only', async () => {
    const homelab = await start({ LARES_DEADLINE_MS: '4000' });
    homelab.server('prometheus').inject('hang', { path: /buildinfo/ });
    const state = await stateOf(homelab);
    expect([state.facts, missing(state)]).toEqual([
      { alerts: 0, targets: '47/47 up', rules: 8 },
      ['version'],
    ]);
  });

  it('that nobody answers anything to is no check-up', async () => {
    const homelab = await start();
    homelab.server('prometheus').inject({ status: 500 });
    expect((await stateOf(homelab)).state).toBe('down');
  });
});

describe('VictoriaMetrics', () => {
  const victoria = async (env?: Record<string, string>): Promise<Lab> => {
    const homelab = await start({ PROMETHEUS_ALERTMANAGER_URL: undefined, ...env });
    (homelab.fake('prometheus') as FakePrometheus).knobs.compatible = 'VictoriaMetrics';
    return homelab;
  };

  it('is told apart from a Prometheus without alerts', async () => {
    const homelab = await victoria();
    const state = await stateOf(homelab);
    expect([state.version, state.headline, state.facts]).toEqual([
      '2.24.0 (compatible server)',
      'no alert rules, targets 47/47 up',
      { alerts: 'no rules', targets: '47/47 up', rules: 0 },
    ]);
    const { data, text } = await homelab.call('prom_alerts');
    expect(data.noRules).toBe(true);
    expect(text).toMatch(/^No alert can fire here: this server evaluates no alert rules\./);
    expect(text).not.toContain('Nothing fires');
  });

  it('says what it does not have, and the way to say that this is on purpose', async () => {
    const { text } = await (await victoria()).call('service_health', { service: 'prometheus' });
    expect(text).toMatch(
      /NOT CHECKED Prometheus: the Alertmanagers it sends to \(.*400.*unsupported path.*PROMETHEUS_WITHOUT/,
    );
  });

  it('has a verdict once what it lacks is named as absent on purpose', async () => {
    const homelab = await victoria({ PROMETHEUS_WITHOUT: 'alertmanager,status' });
    const { data, text } = await homelab.call('service_health', { service: 'prometheus' });
    expect([data.overall, data.services[0].gaps]).toEqual(['ok', undefined]);
    expect(text).toMatch(/^All clear\./);
    expect(homelab.requests('prometheus').map(({ path }) => path)).not.toContain(
      '/api/v1/alertmanagers',
    );
  });
});

it('a Prometheus without rules says so too, and one whose rules are not known does not', async () => {
  const homelab = await start();
  homelab.world.monitoring.rules.length = 0;
  expect((await homelab.call('prom_alerts')).text).toMatch(/^No alert can fire here/);
  homelab.server('prometheus').inject({ status: 500 }, { path: /rules/ });
  expect((await homelab.call('prom_alerts')).text).toMatch(/^Nothing fires; 0 pending/);
});

it('figures of several say whose are missing', async () => {
  const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
  const [home, away] = [
    await fakePrometheus(world, { auth: null }),
    await fakePrometheus(world, { auth: null }),
  ];
  onTestFinished(async () => {
    await Promise.all([home.close(), away.close()]);
  });
  away.inject({ status: 500 }, { path: /targets/ });
  const homelab = await lab({
    only: [],
    world,
    env: {
      PROMETHEUS_HOME_URL: home.url,
      PROMETHEUS_AWAY_URL: away.url,
      PROMETHEUS_WITHOUT: 'alertmanager',
    },
  });
  const state = await stateOf(homelab);
  expect(state.headline).toBe('alerts 0, targets 47/47 up (not read: away)');
  expect(missing(state)).toEqual(['targets of away']);
});
