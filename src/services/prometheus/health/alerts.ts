import type { Finding } from '../../../core/health.ts';
import { iso } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import { isHeldBack, isInhibitor, type Alert } from '../alerts.ts';
import { meaningOf } from './alert-meaning.ts';
import { effectOf, subjectsOf } from './alert-subject.ts';
import type { Checkup } from './checkup.ts';
import { bundleFindings, listPlaces, severalRefs } from './finding.ts';
import { SubjectIndex } from './subject-index.ts';

/** Everything that fires, one finding an alert name and instance, or one for many. Pending alerts and watchdogs are none. */
export function alertFindings(checkup: Checkup, alerts: readonly Alert[]): Finding[] {
  const index = new SubjectIndex(checkup);
  const firing = alerts.filter(
    (alert) => alert.state === 'firing' && !alert.watchdog && !isInhibitor(alert),
  );
  return bundleFindings(
    firing,
    (alert) => JSON.stringify([alert.name, alert.weight, isHeldBack(alert)]),
    ({ labels }) => labels['instance'] ?? '',
    (group, places, id) => alertFinding(group, places, id, index),
  );
}

/** `group` are the alerts of one name at `places`; the first tells the words. */
function alertFinding(
  group: readonly [Alert, ...Alert[]],
  places: readonly string[],
  id: string | undefined,
  index: SubjectIndex,
): Finding {
  const [alert] = group;
  const subjects = severalRefs(group.flatMap((member) => subjectsOf(member, index)));
  const summary =
    alert.annotations['summary'] ??
    alert.annotations['message'] ??
    alert.annotations['description'];
  const where = listPlaces(places);
  const times = group.length > Math.max(1, places.length) ? ` ${group.length} times` : '';
  const since = Math.min(...group.map((member) => member.since ?? Infinity));
  return {
    id: `prometheus.alert/${[alert.name, id].filter(Boolean).join('/')}`,
    severity: isHeldBack(alert) ? 'info' : alert.weight,
    subject: where ? `${alert.name} on ${where}` : alert.name,
    about: subjects.length > 0 ? subjects : [index.server],
    effect: effectOf(alert, subjects.length > 0, index.rules),
    meaning: meaningOf(alert.name),
    message: `Alert ${alert.name} fires${times}${where ? ` on ${where}` : ''}${heldBackText(alert)}${summary ? `: ${oneLine(summary, 200)}` : ''}`,
    since: Number.isFinite(since) ? iso(since) : undefined,
    evidence: alert.severity ? `severity ${alert.severity}` : 'its rule sets no severity',
    next: { tool: 'prom_alerts', arguments: { name: alert.name } },
  };
}

function heldBackText({ silences: [silence], inhibitedBy, mutedBy }: Alert): string {
  if (silence)
    return ` but is silenced by ${silence.createdBy || 'somebody'}${silence.endsAt === undefined ? '' : ` until ${iso(silence.endsAt)}`}`;
  if (inhibitedBy.length > 0) return ` but is inhibited by ${inhibitedBy.join(', ')}`;
  return mutedBy.length > 0 ? ` but is muted in ${mutedBy.join(', ')}` : '';
}
