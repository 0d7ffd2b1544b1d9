import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { isHeldBack, type Alert } from '../alerts.ts';
import type { Labels, Target } from '../schema/index.ts';
import { errorWithoutSecrets } from '../scrape-url.ts';
import { bundled, named } from './finding.ts';

/** A target that is down, and what is known about it besides. */
interface Down {
  target: Target;
  /** It answered not long ago: a restart, or a backup that stops it. */
  recent: boolean;
  /** The alerts that fire for it are all silenced or inhibited: somebody knows. */
  known: boolean;
}

/** `gone` are the labels of what has not answered for a while; undefined where that could not be asked, and then all count as gone. */
export function targetFindings(
  targets: readonly Target[],
  gone: readonly Labels[] | undefined,
  alerts: readonly Alert[],
): Finding[] {
  const down = targets
    .filter(({ health }) => health === 'down')
    .map((target): Down => {
      const firing = alerts.filter(
        ({ state, labels }) =>
          state === 'firing' &&
          labels['job'] === target.job &&
          labels['instance'] === target.address,
      );
      return {
        target,
        recent: gone !== undefined && !gone.some((labels) => isOf(target, labels)),
        known: firing.length > 0 && firing.every(isHeldBack),
      };
    });
  return bundled(
    down,
    ({ target, recent, known }) => JSON.stringify([target.job, recent, known]),
    ({ target }) => target.address,
    targetFinding,
  );
}

const isOf = (target: Target, labels: Labels): boolean =>
  Object.entries(target.labels).every(([label, value]) => labels[label] === value);

function targetFinding(
  [{ target, recent, known }]: readonly [Down, ...Down[]],
  places: readonly string[],
  id: string | undefined,
): Finding {
  const { job, lastError, scrapeUrl } = target;
  const where = named(places);
  return {
    id: `prometheus.target-down/${[job, id].filter(Boolean).join('/')}`,
    severity: recent || known ? 'info' : 'warning',
    subject: `${job} ${where}`,
    message: `Prometheus cannot scrape ${where} (job ${job})${recent ? ', for a few minutes at most' : known ? ', whose alert is silenced or inhibited' : ''}: ${oneLine(errorWithoutSecrets(lastError, scrapeUrl), 200) || 'no reason given'}`,
    next: { tool: 'prom_targets', arguments: { job, state: 'down' } },
  };
}
