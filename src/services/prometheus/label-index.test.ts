import { expect, it } from 'vitest';
import { withoutDuplicates, type Alert } from './alerts.ts';
import { LabelIndex } from './label-index.ts';
import { mergeAlerts } from './merge-alerts.ts';
import type { Prometheus } from './client.ts';
import type { Labels, PrometheusAlert, SentAlert } from './schema/index.ts';

it('finds the set with the most labels that another one contains', () => {
  const sets: Labels[] = [
    { alertname: 'Sub', severity: 'critical' },
    { alertname: 'Sub', severity: 'critical', disk: 'sda' },
    { alertname: 'Sub', severity: 'critical', disk: 'sdb' },
    { alertname: 'Other' },
  ];
  const index = new LabelIndex(sets, (labels) => labels, 'alertname');
  const site = { site: 'home' };
  expect(index.closestWithin({ ...sets[1], ...site })).toEqual([sets[1]]);
  expect(index.closestWithin({ ...sets[0], ...site })).toEqual([sets[0]]);
  expect(index.closestWithin({ ...sets[0], disk: 'sdc' })).toEqual([sets[0]]);
  expect(index.closestWithin({ alertname: 'Sub' })).toEqual([]);
});

const own = (labels: Labels): PrometheusAlert => ({
  labels,
  annotations: {},
  state: 'firing',
  activeAt: 0,
  value: '1',
});
const sent = (labels: Labels, silencedBy: string[] = []): SentAlert => ({
  labels,
  annotations: {},
  startsAt: 0,
  fingerprint: JSON.stringify(labels),
  status: {
    state: silencedBy.length > 0 ? 'suppressed' : 'active',
    silencedBy,
    inhibitedBy: [],
    mutedBy: [],
  },
});
const merge = async (alerts: PrometheusAlert[], received: SentAlert[]): Promise<Alert[]> =>
  (
    await mergeAlerts({
      settings: { critical: ['critical'], info: [], watchdogs: [], targetDownMinutes: 5 },
      alerts: () => Promise.resolve(alerts),
      alertmanager: {
        alerts: () => Promise.resolve(received),
        silences: () => Promise.resolve([]),
      },
    } as unknown as Prometheus)
  ).alerts;

const whole = { alertname: 'Sub', severity: 'critical' };
const disk = { ...whole, disk: 'sda' };
const site = { site: 'home' };

it('an alert that is silenced is not shown as loud because another one has a label more', async () => {
  const alerts = await merge(
    [own(whole), own(disk)],
    [sent({ ...disk, ...site }), sent({ ...whole, ...site }, ['s1'])],
  );
  expect(
    alerts.map(({ labels, silences, knownTo }) => [labels['disk'], silences.length, knownTo]),
  ).toEqual([
    ['sda', 0, 'both'],
    [undefined, 1, 'both'],
  ]);
});

it('an alert that Alertmanager lost does not count as sent because another one was', async () => {
  const alerts = await merge([own(whole), own(disk)], [sent({ ...disk, ...site })]);
  expect(alerts.map(({ labels, knownTo }) => [labels['disk'], knownTo]).sort()).toEqual(
    [
      ['sda', 'both'],
      [undefined, 'prometheus'],
    ].sort(),
  );
});

it('pairs 20,000 alerts with one look each', async () => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({
    alertname: `Alert${i % 50}`,
    severity: 'warning',
    instance: `host${i}`,
  }));
  let reads = 0;
  const counted = (labels: Labels): Labels =>
    new Proxy(labels, {
      get(target, name: string) {
        reads++;
        return target[name];
      },
    });
  const alerts = await merge(
    many.map(own),
    many.map((labels) => sent(counted({ ...labels, ...site }))),
  );
  expect(alerts.every(({ knownTo }) => knownTo === 'both')).toBe(true);
  expect(reads / many.length).toBeLessThan(20);
  expect(withoutDuplicates(alerts)).toHaveLength(many.length);
});
