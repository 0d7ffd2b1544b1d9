import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { minute, plural } from '../../../core/base/units.ts';
import { alertmanagerRef, serverRef } from '../things.ts';
import { isSilent, type Checkup } from './checkup.ts';

/** Whether an alert that fires would reach an Alertmanager. */
export function alertmanagerFindings(checkup: Checkup): Finding[] {
  const { instance, alerts, rules = [], receivers, droppedAlerts = 0 } = checkup;
  const findings: Finding[] = [];
  const alertmanager = alerts?.alertmanager;
  if (alertmanager && 'problem' in alertmanager && isSilent(alertmanager))
    findings.push(alertmanagerDown(instance, alertmanager.problem));
  const alerting = rules.filter(({ type }) => type === 'alerting').length;
  if (receivers?.length === 0 && alerting > 0 && !isStarting(checkup))
    findings.push(alertmanagerAbsent(instance, alerting));
  // Why they were dropped is told already where something is above.
  if (findings.length === 0 && droppedAlerts > 0 && !allArrived(alerts))
    findings.push(alertsDropped(checkup, droppedAlerts));
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

const alertmanagerDown = (instance: string, problem: string): Finding => ({
  id: 'prometheus.alertmanager-down/alertmanager',
  severity: 'critical',
  subject: 'Alertmanager',
  about: [alertmanagerRef(instance)],
  effect: 'stops',
  message: 'Alertmanager does not answer: what fires may reach nobody, and silences are not known',
  evidence: oneLine(problem, 300),
  next: { tool: 'prom_alerts', arguments: {} },
});

const alertmanagerAbsent = (instance: string, alertRules: number): Finding => ({
  id: 'prometheus.alertmanager-absent/prometheus',
  severity: 'warning',
  subject: 'Prometheus',
  about: [serverRef(instance)],
  effect: 'degrades',
  message: `Prometheus has ${plural(alertRules, 'alert rule')} but sends to no Alertmanager: nobody is told when one fires`,
  next: {
    tool: 'prom_query',
    arguments: { query: 'prometheus_notifications_alertmanagers_discovered' },
  },
});

const alertsDropped = (
  { instance, alerts, receivers = [] }: Checkup,
  dropped: number,
): Finding => ({
  id: 'prometheus.alerts-dropped/prometheus',
  severity: 'critical',
  subject: 'Prometheus',
  // The Alertmanager that Lares asks has not failed here: it is found to be down itself, or Prometheus sends elsewhere.
  about: [
    serverRef(instance),
    ...(alerts?.alertmanager.state === 'not configured' && receivers.length > 0
      ? [alertmanagerRef(instance)]
      : []),
  ],
  effect: 'degrades',
  message: `Prometheus dropped ${plural(dropped, 'alert')} in the last 2 min that no Alertmanager took${receivers.length > 0 ? ` (it sends to ${receivers.join(', ')})` : ''}: nobody is told of what fires`,
  next: {
    tool: 'prom_query',
    arguments: {
      query: 'increase(prometheus_notifications_dropped_total[2m])',
      range: '6h',
    },
  },
});
