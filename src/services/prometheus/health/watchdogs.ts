import type { Finding } from '../../../core/health.ts';
import { minute } from '../../../core/base/units.ts';
import type { MergedAlerts } from '../merge-alerts.ts';
import { serverRef } from '../things.ts';
import type { Rule } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** An alert needs up to a resend interval and a group wait to arrive. */
const arrivalMs = 5 * minute;

/** Alerts that should always fire and arrive, and do not: no alert may get through. */
export function watchdogFindings({
  instance,
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
      const problem = watchdogProblem(rule, arrivals, now);
      return problem ? [watchdogMissing(instance, rule.name, problem)] : [];
    });
}

/** Alerts that are lost are lost; a rule that does not fire is a sign of what may be. */
type WatchdogProblem = Required<Pick<Finding, 'effect' | 'message'>>;

/** A rule that was never evaluated says nothing yet. */
function watchdogProblem(
  { name, state, lastEvaluation }: Rule,
  merged: MergedAlerts | undefined,
  now: number,
): WatchdogProblem | undefined {
  if (state === 'inactive' && lastEvaluation !== undefined)
    return {
      effect: 'risk',
      message: `${name} should always fire and does not: alerting may be broken`,
    };
  const firing = merged?.alerts.find((alert) => alert.name === name && alert.state === 'firing');
  const lost =
    merged?.alertmanager.state === 'ok' &&
    firing?.knownTo === 'prometheus' &&
    firing.since !== undefined &&
    now - firing.since > arrivalMs;
  return lost
    ? {
        effect: 'degrades',
        message: `${name} fires in Prometheus, but Alertmanager does not have it: alerts do not get through`,
      }
    : undefined;
}

const watchdogMissing = (instance: string, name: string, problem: WatchdogProblem): Finding => ({
  id: `prometheus.watchdog-missing/${name}`,
  severity: 'warning',
  subject: name,
  about: [serverRef(instance)],
  ...problem,
  next: { tool: 'prom_alerts', arguments: { name } },
});
