import type { Finding } from '../../../core/health.ts';
import { minute } from '../../../core/base/units.ts';
import type { MergedAlerts } from '../merge-alerts.ts';
import type { Rule } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** An alert needs up to a resend interval and a group wait to arrive. */
const arrivalMs = 5 * minute;

/** Alerts that should always fire and arrive, and do not: no alert may get through. */
export function watchdogFindings({
  alerts,
  rules = [],
  receivers,
  settings,
  now,
}: Checkup): Finding[] {
  // Where Prometheus sends to nobody, what did not arrive is no second piece of news.
  const arrivals = receivers?.length === 0 ? undefined : alerts;
  return rules
    .filter(
      ({ type, name }) => type === 'alerting' && settings.watchdogs.includes(name.toLowerCase()),
    )
    .flatMap((rule) => {
      const message = watchdogProblem(rule, arrivals, now);
      return message === undefined ? [] : [watchdogMissing(rule.name, message)];
    });
}

/** A rule that was never evaluated says nothing yet. */
function watchdogProblem(
  { name, state, lastEvaluation }: Rule,
  merged: MergedAlerts | undefined,
  now: number,
): string | undefined {
  if (state === 'inactive' && lastEvaluation !== undefined)
    return `${name} should always fire and does not: alerting may be broken`;
  const firing = merged?.alerts.find((alert) => alert.name === name && alert.state === 'firing');
  const lost =
    merged?.alertmanager.state === 'ok' &&
    firing?.knownTo === 'prometheus' &&
    firing.since !== undefined &&
    now - firing.since > arrivalMs;
  return lost
    ? `${name} fires in Prometheus, but Alertmanager does not have it: alerts do not get through`
    : undefined;
}

const watchdogMissing = (name: string, message: string): Finding => ({
  id: `prometheus.watchdog-missing/${name}`,
  severity: 'warning',
  subject: name,
  message,
  next: { tool: 'prom_alerts', arguments: { name } },
});
