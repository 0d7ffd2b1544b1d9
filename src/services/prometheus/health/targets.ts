import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { isHeldBack, type Alert } from '../alerts.ts';
import type { Labels, Target } from '../schema/index.ts';
import { redactScrapeError } from '../scrape-url.ts';
import type { Checkup } from './checkup.ts';
import { bundleFindings, listPlaces } from './finding.ts';

/** A target that is down, and what is known about it besides. */
interface DownTarget {
  target: Target;
  /** It answered not long ago: a restart, or a backup that stops it. */
  recent: boolean;
  /** The alerts that fire for it are all silenced or inhibited: somebody knows. */
  expected: boolean;
}

/** Targets that are down. Where it could not be asked how long, all count as down for long. */
export function targetFindings(
  { targets = [], longDown }: Checkup,
  alerts: readonly Alert[],
): Finding[] {
  const down = targets
    .filter(({ health }) => health === 'down')
    .map((target): DownTarget => {
      const firing = alerts.filter(
        ({ state, labels }) =>
          state === 'firing' &&
          labels['job'] === target.job &&
          labels['instance'] === target.address,
      );
      return {
        target,
        recent: longDown !== undefined && !longDown.some((labels) => isOf(target, labels)),
        expected: firing.length > 0 && firing.every(isHeldBack),
      };
    });
  return bundleFindings(
    down,
    ({ target, recent, expected }) => JSON.stringify([target.job, recent, expected]),
    ({ target }) => target.address,
    targetFinding,
  );
}

const isOf = (target: Target, labels: Labels): boolean =>
  Object.entries(target.labels).every(([label, value]) => labels[label] === value);

function targetFinding(
  [{ target, recent, expected }]: readonly [DownTarget, ...DownTarget[]],
  places: readonly string[],
  id: string | undefined,
): Finding {
  const { job, lastError, scrapeUrl } = target;
  const where = listPlaces(places);
  const error = oneLine(redactScrapeError(lastError, scrapeUrl), 200) || 'no reason given';
  return {
    id: `prometheus.target-down/${[job, id].filter(Boolean).join('/')}`,
    severity: recent || expected ? 'info' : 'warning',
    subject: `${job} ${where}`,
    message: `Prometheus cannot scrape ${where} (job ${job})${excuse(recent, expected)}: ${error}`,
    next: { tool: 'prom_targets', arguments: { job, state: 'down' } },
  };
}

function excuse(recent: boolean, expected: boolean): string {
  if (recent) return ', for a few minutes at most';
  return expected ? ', whose alert is silenced or inhibited' : '';
}
