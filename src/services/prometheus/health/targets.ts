import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { minute } from '../../../core/base/units.ts';
import { isHeldBack, type Alert } from '../alerts.ts';
import { LabelIndex } from '../label-index.ts';
import type { Labels, Target } from '../schema/index.ts';
import { redactScrapeError } from '../scrape-url.ts';
import { targetRef } from '../things.ts';
import type { Checkup } from './checkup.ts';
import { bundleFindings, listPlaces, severalRefs } from './finding.ts';

/** A target that is down, and what is known about it besides. */
interface DownTarget {
  target: Target;
  /** It answered not long ago: a restart, or a backup that stops it. */
  recent: boolean;
  /** The alerts that fire for it are all silenced or inhibited: somebody knows. */
  expected: boolean;
}

/** Targets that are down. Where it could not be asked how long, all count as down for long. */
export function targetFindings(checkup: Checkup, alerts: readonly Alert[]): Finding[] {
  const { targets = [], longDown } = checkup;
  const down = targets.filter(({ health }) => health === 'down');
  const long = longDown && targetsOf(longDown, down);
  const firing = firingByPlace(alerts);
  return bundleFindings(
    down.map((target): DownTarget => {
      const ofTarget = firing.get(placeKey(target.job, target.address)) ?? [];
      return {
        target,
        recent: long !== undefined && !long.has(target),
        expected: ofTarget.length > 0 && ofTarget.every(isHeldBack),
      };
    }),
    ({ target, recent, expected }) => JSON.stringify([target.job, recent, expected]),
    ({ target }) => target.address,
    (group, places, id) => targetFinding(group, places, id, checkup),
  );
}

/** The targets that series are of. */
function targetsOf(series: readonly Labels[], targets: readonly Target[]): Set<Target> {
  const index = new LabelIndex(targets, ({ labels }) => labels, 'job');
  return new Set(series.flatMap((labels) => index.closestWithin(labels)));
}

const placeKey = (job = '', address = ''): string => JSON.stringify([job, address]);

function firingByPlace(alerts: readonly Alert[]): Map<string, Alert[]> {
  const places = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (alert.state !== 'firing') continue;
    const key = placeKey(alert.labels['job'], alert.labels['instance']);
    const known = places.get(key);
    if (known) known.push(alert);
    else places.set(key, [alert]);
  }
  return places;
}

/** Prometheus itself runs for less time than a target may be down. */
const isYoung = ({ runtime, settings, now }: Checkup): boolean =>
  runtime?.startTime !== undefined && now - runtime.startTime < settings.targetDownMinutes * minute;

function targetFinding(
  group: readonly [DownTarget, ...DownTarget[]],
  places: readonly string[],
  id: string | undefined,
  checkup: Checkup,
): Finding {
  const [{ target, recent, expected }] = group;
  const { job, lastError, scrapeUrl } = target;
  const where = listPlaces(places);
  const error = oneLine(redactScrapeError(lastError, scrapeUrl), 200) || 'no reason given';
  return {
    id: `prometheus.target-down/${[job, id].filter(Boolean).join('/')}`,
    severity: recent || expected ? 'info' : 'warning',
    subject: `${job} ${where}`,
    about: severalRefs(group.map((down) => targetRef(checkup.instance, down.target))),
    effect: 'stops',
    message: `Prometheus cannot scrape ${where} (job ${job})${excuse(recent, expected, isYoung(checkup))}: ${error}`,
    next: { tool: 'prom_targets', arguments: { job, state: 'down' } },
  };
}

function excuse(recent: boolean, expected: boolean, young: boolean): string {
  if (recent && young) return ', for how long Prometheus, itself just started, does not know';
  if (recent) return ', for a few minutes at most';
  return expected ? ', whose alert is silenced or inhibited' : '';
}
