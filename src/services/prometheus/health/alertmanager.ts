import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { minute, plural } from '../../../core/base/units.ts';
import { isSilent, type Checkup } from './checkup.ts';

/** Whether an alert that fires would reach an Alertmanager. */
export function alertmanagerFindings(checkup: Checkup): Finding[] {
  const { alerts, rules = [], receivers, droppedAlerts = 0 } = checkup;
  const findings: Finding[] = [];
  const alertmanager = alerts?.alertmanager;
  if (alertmanager && 'problem' in alertmanager && isSilent(alertmanager))
    findings.push(alertmanagerDown(alertmanager.problem));
  const alerting = rules.filter(({ type }) => type === 'alerting').length;
  if (receivers?.length === 0 && alerting > 0 && !isStarting(checkup))
    findings.push(alertmanagerAbsent(alerting));
  // Why they were dropped is told already where something is above.
  if (findings.length === 0 && droppedAlerts > 0 && !allArrived(alerts))
    findings.push(alertsDropped(droppedAlerts, receivers));
  return findings;
}

/** What fires now stands in the Alertmanager that Lares asks: what was dropped before has been sent since. */
const allArrived = (merged: Checkup['alerts']): boolean =>
  merged?.alertmanager.state === 'ok' &&
  merged.alerts.every(({ state, knownTo }) => state !== 'firing' || knownTo !== 'prometheus');

/** Whom it sends to, Prometheus discovers in the seconds after its start. */
const startMs = minute;

const isStarting = ({ runtime, now }: Checkup): boolean =>
  runtime?.startTime !== undefined && now - runtime.startTime < startMs;

const alertmanagerDown = (problem: string): Finding => ({
  id: 'prometheus.alertmanager-down/alertmanager',
  severity: 'critical',
  subject: 'Alertmanager',
  message: 'Alertmanager does not answer: what fires may reach nobody, and silences are not known',
  evidence: oneLine(problem, 300),
  next: { tool: 'prom_alerts', arguments: {} },
});

const alertmanagerAbsent = (alertRules: number): Finding => ({
  id: 'prometheus.alertmanager-absent/prometheus',
  severity: 'warning',
  subject: 'Prometheus',
  message: `Prometheus has ${plural(alertRules, 'alert rule')} but sends to no Alertmanager: nobody is told when one fires`,
  next: {
    tool: 'prom_query',
    arguments: { query: 'prometheus_notifications_alertmanagers_discovered' },
  },
});

const alertsDropped = (alerts: number, receivers: readonly string[] = []): Finding => ({
  id: 'prometheus.alerts-dropped/prometheus',
  severity: 'critical',
  subject: 'Prometheus',
  message: `Prometheus dropped ${plural(alerts, 'alert')} in the last 2 min that no Alertmanager took${receivers.length > 0 ? ` (it sends to ${receivers.join(', ')})` : ''}: nobody is told of what fires`,
  next: {
    tool: 'prom_query',
    arguments: {
      query: 'increase(prometheus_notifications_dropped_total[2m])',
      range: '6h',
    },
  },
});
