import { hour, minute } from '../world/clock.ts';
import { silenceOf } from '../world/monitoring.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

function cutPower({ monitoring: { ups }, now }: World): void {
  Object.assign(ups, { onBattery: now() - 6 * minute, chargePercent: 71 });
}

function breakExporter({ monitoring, now }: World, host: string, minutes: number): void {
  for (const target of monitoring.targets)
    if (target.host === host && target.port === 9100)
      target.broken = { since: now() - minutes * minute, error: 'connect: connection refused' };
}

export const monitoringIncidents = {
  'ups-on-battery': {
    title: 'The power is out and ups1 runs on battery',
    expect: 'prometheus.alert/UpsOnBattery',
    apply: cutPower,
  },
  'target-down': {
    title: 'The node exporter in nextcloud died half an hour ago',
    expect: 'prometheus.target-down/guest/nextcloud:9100',
    apply: (world) => breakExporter(world, 'nextcloud', 30),
  },
  'rule-broken': {
    title: 'An alert rule matches many series with many and is never evaluated',
    expect: 'prometheus.rule-error/guests/GuestFilesystemLow',
    apply({ monitoring }) {
      const query = 'node_filesystem_avail_bytes / on (job) node_filesystem_size_bytes < 0.2';
      monitoring.rules.push({
        group: 'guests',
        name: 'GuestFilesystemLow',
        query,
        forSeconds: 600,
        labels: { severity: 'warning' },
        annotations: { summary: 'Little room left' },
      });
    },
  },
  'alertmanager-down': {
    title: 'Alertmanager crashed: nobody is told of any alert',
    expect: 'prometheus.alertmanager-down/alertmanager',
    apply({ monitoring: { alertmanager }, now }) {
      alertmanager.stoppedAt = now() - 20 * minute;
    },
  },
  'alertmanager-absent': {
    title: 'Prometheus was restarted without any Alertmanager',
    expect: 'prometheus.alertmanager-absent/prometheus',
    apply({ monitoring: { prometheus } }) {
      prometheus.alertmanagers = 0;
    },
  },
  'config-reload-failed': {
    title: 'Prometheus refused its new configuration and runs the old one',
    expect: 'prometheus.config-reload-failed/prometheus',
    apply({ monitoring: { prometheus } }) {
      prometheus.reloadOk = false;
    },
  },
  'watchdog-silent': {
    title: 'The watchdog alert no longer fires',
    expect: 'prometheus.watchdog-missing/Watchdog',
    apply({ monitoring: { rules } }) {
      for (const rule of rules) if (rule.name === 'Watchdog') rule.query = 'vector(1) == 0';
    },
  },
  'nan-series': {
    title: 'A speed test reports no number: nothing is wrong',
    apply({ monitoring: { series } }) {
      series.push({
        name: 'speedtest_download_bits_per_second',
        labels: { instance: 'prometheus:9798', job: 'speedtest' },
        value: Number.NaN,
      });
    },
  },
  'alert-silenced': {
    title: 'The power is out, and its alert is silenced for two hours: nothing is wrong',
    apply(world) {
      cutPower(world);
      world.monitoring.silences.push(
        silenceOf(
          world,
          'UpsOnBattery',
          'operator',
          'New batteries are being fitted',
          (2 * hour) / minute,
        ),
      );
    },
  },
  'prometheus-new': {
    title:
      'Prometheus was set up anew two minutes ago, and two targets that it never saw up are off: nothing is wrong',
    apply(world) {
      const { prometheus } = world.monitoring;
      prometheus.startedAt = world.now() - 2 * minute;
      prometheus.configReadAt = prometheus.startedAt;
      breakExporter(world, 'nextcloud', 30);
      breakExporter(world, 'wiki', 30);
    },
  },
  'alert-pending': {
    title: 'The node exporter in wiki restarts and missed two scrapes: nothing is wrong',
    apply: (world) => breakExporter(world, 'wiki', 0.5),
  },
} satisfies Record<string, Incident>;
