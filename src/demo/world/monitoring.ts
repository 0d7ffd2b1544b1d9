import type { Base } from './base.ts';
import { day, minute, type Clock } from './clock.ts';

/** What Prometheus and Alertmanager know beyond the machines themselves. Times ms. */
export interface MonitoringWorld {
  prometheus: { startedAt: number; configReadAt: number; reloadOk: boolean; alertmanagers: number };
  /** `stoppedAt`: since when it takes nothing; null while it runs. `droppedUntil`: until when alerts were dropped, if not until now. */
  alertmanager: { startedAt: number; stoppedAt: number | null; droppedUntil: number | null };
  targets: Target[];
  rules: Rule[];
  silences: Silence[];
  series: FixedSeries[];
  ups: { name: string; onBattery: number | null; chargePercent: number };
}
/** Something that is scraped. `host` is a node or a guest, whose state it shares; `broken` is an exporter that failed by itself. */
export interface Target {
  job: string;
  host: string;
  port: number;
  path: string;
  labels: Record<string, string>;
  broken: { since: number; error: string } | null;
}
/** `error` keeps it from being evaluated; `forSeconds` null makes it a recording rule. */
export interface Rule {
  group: string;
  name: string;
  query: string;
  forSeconds: number | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
export interface Silence {
  id: string;
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
  startsAt: number;
  endsAt: number;
  createdBy: string;
  comment: string;
}
/** A series whose value does not move: `value` may be NaN or infinite. A native histogram has `histogram` instead. */
export interface FixedSeries {
  name: string;
  labels: Record<string, string>;
  value: number;
  histogram?: { count: string; sum: string };
}

export function createMonitoring(base: Base): MonitoringWorld {
  const now = base.now();
  return {
    prometheus: {
      startedAt: now - 12 * day,
      configReadAt: now - 3 * day,
      reloadOk: true,
      alertmanagers: 1,
    },
    alertmanager: { startedAt: now - 12 * day, stoppedAt: null, droppedUntil: null },
    targets: createTargets(base),
    rules: createRules(),
    silences: [],
    series: [
      {
        name: 'prometheus_http_request_duration_seconds',
        labels: { handler: '/api/v1/query', instance: 'prometheus:9090', job: 'prometheus' },
        value: Number.NaN,
        histogram: { count: '18203', sum: '96.482' },
      },
    ],
    ups: { name: 'ups1', onBattery: null, chargePercent: 100 },
  };
}

/** What service discovery finds: every node, and every guest that is meant to run. */
export const isWatched = ({ guests }: Base, { job, host }: Target): boolean =>
  job !== 'guest' ||
  guests.some(({ name, onboot, template }) => name === host && onboot && !template);

function createTargets({ nodes, guests }: Base): Target[] {
  const target = (
    job: string,
    host: string,
    port: number,
    labels: Record<string, string> = {},
  ): Target => ({ job, host, port, path: '/metrics', labels, broken: null });
  return [
    ...nodes.map(({ name }) => target('node', name, 9100, { node: name })),
    ...guests
      .filter(({ onboot, template }) => onboot && !template)
      .map(({ name, node, vmid }) =>
        target('guest', name, 9100, { guest: name, vmid: String(vmid), node }),
      ),
    target('prometheus', 'prometheus', 9090),
    target('alertmanager', 'alertmanager', 9093),
    target('caddy', 'caddy1', 2019),
    target('caddy', 'caddy2', 2019),
    target('ups', 'prometheus', 9199, { ups: 'ups1' }),
  ];
}

const alert = (
  group: string,
  name: string,
  query: string,
  minutes: number,
  severity: string,
  summary: string,
): Rule => ({
  group,
  name,
  query,
  forSeconds: minutes * 60,
  labels: { severity },
  annotations: { summary },
});

const createRules = (): Rule[] => [
  {
    group: 'recording',
    name: 'instance:memory_used:ratio',
    query: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
    forSeconds: null,
    labels: {},
    annotations: {},
  },
  {
    ...alert('meta', 'Watchdog', 'vector(1)', 0, 'none', 'Always fires: alerting works'),
    annotations: {
      summary: 'Always fires: alerting works',
      description: 'If this alert is missing, no alert gets through.',
    },
  },
  alert(
    'meta',
    'TargetDown',
    'up{job!~"node|guest"} == 0',
    5,
    'warning',
    '{{ $labels.job }} at {{ $labels.instance }} cannot be scraped',
  ),
  alert(
    'hosts',
    'HostDown',
    'up{job="node"} == 0',
    2,
    'critical',
    'The host {{ $labels.node }} does not answer',
  ),
  alert(
    'hosts',
    'HostMemoryLow',
    'node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes < 0.05',
    10,
    'warning',
    '{{ $labels.node }} is nearly out of memory',
  ),
  alert(
    'hosts',
    'DiskFull',
    'node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.08',
    10,
    'critical',
    '{{ $labels.mountpoint }} of {{ $labels.instance }} is nearly full',
  ),
  alert(
    'guests',
    'GuestDown',
    'up{job="guest"} == 0',
    5,
    'warning',
    'The guest {{ $labels.guest }} does not answer',
  ),
  alert(
    'power',
    'UpsOnBattery',
    'network_ups_tools_ups_status{flag="OB"} == 1',
    0,
    'critical',
    '{{ $labels.ups }} runs on battery',
  ),
];

/** A silence on alerts of one name, begun ten minutes ago. */
export const silenceOf = (
  { now }: Clock,
  alertname: string,
  createdBy: string,
  comment: string,
  minutes: number,
): Silence => ({
  id: '7d3f6b52-54a1-4c35-9c2e-5f0a4f1f6b01',
  matchers: [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }],
  startsAt: now() - 10 * minute,
  endsAt: now() + minutes * minute,
  createdBy,
  comment,
});
