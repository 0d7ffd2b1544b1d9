import { isWatched, type Target } from '../../../demo/world/monitoring.ts';
import { downtimeOf } from './downtime.ts';
import { goTime } from './go.ts';
import type { Head } from './head.ts';
import type { Knobs } from './knobs.ts';
import { labelsOf } from './series.ts';

/** The data of `/api/v1/targets`. */
export function targets(head: Head, state: string, { version }: Knobs): object {
  const known = head.world.monitoring.targets;
  const active =
    state === 'active' || state === 'any'
      ? known.filter((target) => isWatched(head.world, target))
      : [];
  const dropped =
    state === 'dropped' || state === 'any'
      ? known.filter((target) => !isWatched(head.world, target))
      : [];
  const counts: Record<string, number> = {};
  for (const { job } of dropped) counts[job] = (counts[job] ?? 0) + 1;
  const modern = version !== '2.42.0';
  return {
    activeTargets: active.map((target) => targetJson(head, target)),
    droppedTargets: dropped.map((target) => ({
      discoveredLabels: discoveredLabels(target),
      ...(modern && { scrapePool: target.job }),
    })),
    ...(modern && { droppedTargetCounts: state === 'active' ? null : counts }),
  };
}

const discoveredLabels = ({ job, host, port, path, labels }: Target): object => ({
  __address__: `${host}:${port}`,
  __metrics_path__: path.replace(/\?.*/, ''),
  __scheme__: 'http',
  __scrape_interval__: '15s',
  __scrape_timeout__: '10s',
  job,
  ...labels,
});

function targetJson({ world, memory }: Head, target: Target): object {
  const down = downtimeOf(world, target, memory);
  const url = `http://${target.host}:${target.port}${target.path}`;
  return {
    discoveredLabels: discoveredLabels(target),
    labels: labelsOf(target),
    scrapePool: target.job,
    scrapeUrl: url,
    globalUrl: url,
    lastError: down ? `Get ${JSON.stringify(url)}: ${down.error}` : '',
    lastScrape: goTime(world.now() - 4_000),
    lastScrapeDuration: 0.014,
    health: down ? 'down' : 'up',
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  };
}
