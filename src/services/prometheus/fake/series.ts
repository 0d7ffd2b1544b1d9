import type { World } from '../../../demo/world/index.ts';
import { isWatched, type Target } from '../../../demo/world/monitoring.ts';
import { downtimeOf, type Memory } from './downtime.ts';
import type { Labels } from './promql/syntax.ts';

/** One series as a function of time: `at` takes unix seconds, undefined where it has no sample. `since` (ms) is when it last changed for a reason. */
export interface Series {
  labels: Labels;
  at(seconds: number): number | undefined;
  since?: number | undefined;
  histogram?: { count: string; sum: string } | undefined;
}

type Metric = [
  name: string,
  labels: Labels,
  value: (seconds: number) => number,
  since?: number | null,
];

/** Everything that Prometheus has of this homelab. */
export function seriesOf(world: World, version: string, memory: Memory): Series[] {
  const scraped = world.monitoring.targets
    .filter((target) => isWatched(world, target))
    .flatMap((target) => seriesOfTarget(world, target, version, memory));
  const fixed = world.monitoring.series.map(({ name, labels, value, histogram }): Series => ({
    labels: { __name__: name, ...labels },
    at: () => value,
    histogram,
  }));
  return [...scraped, ...fixed];
}

/** The labels of a target, as relabelling leaves them. */
export const labelsOf = ({ job, host, port, labels }: Target): Labels => ({
  instance: `${host}:${port}`,
  job,
  ...labels,
});

function seriesOfTarget(world: World, target: Target, version: string, memory: Memory): Series[] {
  const down = downtimeOf(world, target, memory);
  const begins = world.monitoring.prometheus.startedAt / 1000;
  const isUp = (seconds: number): boolean => down === null || seconds * 1000 < down.since;
  const own = labelsOf(target);
  const up: Series = {
    labels: { __name__: 'up', ...own },
    at: (seconds) => (seconds < begins ? undefined : Number(isUp(seconds))),
    since: down?.since,
  };
  return [
    up,
    ...metricsOf(world, target, version).map(([name, labels, value, since]): Series => ({
      labels: { __name__: name, ...own, ...labels },
      at: (seconds) => (seconds >= begins && isUp(seconds) ? value(seconds) : undefined),
      since: since ?? undefined,
    })),
  ];
}

function metricsOf(world: World, { job, host }: Target, version: string): Metric[] {
  const { prometheus, ups } = world.monitoring;
  if (job === 'node') {
    const { memoryBytes, memoryUsedBytes, rootBytes, rootUsedBytes, cpuUsage, threads, bootedAt } =
      world.node(host);
    return machine({
      memoryBytes,
      memoryUsedBytes,
      diskBytes: rootBytes,
      diskUsedBytes: rootUsedBytes,
      cpuUsage,
      cpus: threads,
      bootedAt,
    });
  }
  if (job === 'guest') {
    const { cores, startedAt, ...guest } = world.guest(host);
    return machine({ ...guest, cpus: cores, bootedAt: startedAt ?? world.now() });
  }
  if (job === 'ups') {
    const onBattery = ups.onBattery !== null;
    return [
      ['network_ups_tools_ups_status', { flag: 'OL' }, () => Number(!onBattery)],
      [
        'network_ups_tools_ups_status',
        { flag: 'OB' },
        (seconds) => Number(onBattery && seconds * 1000 >= (ups.onBattery ?? 0)),
        ups.onBattery,
      ],
      ['network_ups_tools_battery_charge', {}, () => ups.chargePercent],
    ];
  }
  if (job === 'caddy')
    return [
      [
        'caddy_http_requests_total',
        { server: 'srv0' },
        (seconds) => Math.round(seconds * 2.4 - 4e9),
      ],
    ];
  if (job === 'alertmanager')
    return [['alertmanager_notifications_failed_total', { integration: 'email' }, () => 0]];
  return [
    ['prometheus_build_info', { version }, () => 1],
    [
      'prometheus_tsdb_head_series',
      {},
      (seconds) => 31_400 + Math.round(400 * Math.sin(seconds / 7_200)),
    ],
    ['prometheus_config_last_reload_successful', {}, () => Number(prometheus.reloadOk)],
    ['prometheus_notifications_alertmanagers_discovered', {}, () => prometheus.alertmanagers],
    [
      'prometheus_notifications_dropped_total',
      {},
      (seconds) => droppedAt(world.monitoring.alertmanager, seconds),
    ],
    ...['/api/v1/query', '/api/v1/query_range', '/metrics'].map((handler, i): Metric => [
      'prometheus_http_requests_total',
      { handler, code: '200' },
      (seconds) => Math.round((seconds - prometheus.startedAt / 1000) / (15 * (i + 1))),
    ]),
  ];
}

/** The watchdog is sent again every minute; what no Alertmanager takes is dropped and counted. */
function droppedAt(
  { stoppedAt, droppedUntil }: World['monitoring']['alertmanager'],
  seconds: number,
): number {
  const until = Math.min(seconds, (droppedUntil ?? Infinity) / 1000);
  return stoppedAt === null ? 0 : Math.max(0, Math.floor((until - stoppedAt / 1000) / 60));
}

interface Machine {
  memoryBytes: number;
  memoryUsedBytes: number;
  diskBytes: number;
  diskUsedBytes: number;
  cpuUsage: number;
  cpus: number;
  bootedAt: number;
}

/** What node_exporter says of a machine. Use varies by a tenth over the day, a little differently on every machine. */
function machine({
  memoryBytes,
  memoryUsedBytes,
  diskBytes,
  diskUsedBytes,
  cpuUsage,
  cpus,
  bootedAt,
}: Machine): Metric[] {
  const phase = memoryUsedBytes % 6;
  const wave = (seconds: number): number => 1 + 0.1 * Math.sin(seconds / 13_751 + phase);
  const uptime = (seconds: number): number => Math.max(0, seconds - bootedAt / 1000);
  const root = { device: '/dev/root', fstype: 'ext4', mountpoint: '/' };
  const busy = cpuUsage * cpus;
  return [
    ['node_memory_MemTotal_bytes', {}, () => memoryBytes],
    [
      'node_memory_MemAvailable_bytes',
      {},
      (seconds) =>
        Math.round(
          memoryBytes - Math.min(memoryBytes, memoryUsedBytes * (0.95 + 0.05 * wave(seconds))),
        ),
    ],
    ['node_filesystem_size_bytes', root, () => diskBytes],
    ['node_filesystem_avail_bytes', root, () => diskBytes - diskUsedBytes],
    ['node_load1', {}, (seconds) => Number((busy * wave(seconds)).toFixed(2))],
    ['node_boot_time_seconds', {}, () => Math.round(bootedAt / 1000)],
    ['node_cpu_seconds_total', { cpu: '0', mode: 'user' }, (seconds) => cpuUsage * uptime(seconds)],
    [
      'node_cpu_seconds_total',
      { cpu: '0', mode: 'idle' },
      (seconds) => (1 - cpuUsage) * uptime(seconds),
    ],
    [
      'node_network_receive_bytes_total',
      { device: 'eth0' },
      (seconds) => Math.round(uptime(seconds) * 40_000 * (1 + cpuUsage * 20)),
    ],
  ];
}
