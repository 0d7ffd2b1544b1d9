import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { plural } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';

/** Whether an alert that fires would reach an Alertmanager. */
export function alertmanagerFindings({ alerts, rules = [], receivers }: Checkup): Finding[] {
  const findings: Finding[] = [];
  const alertmanager = alerts?.alertmanager;
  if (alertmanager?.state === 'unreachable' || alertmanager?.state === 'failed')
    findings.push(alertmanagerDown(alertmanager.problem));
  const alerting = rules.filter(({ type }) => type === 'alerting').length;
  if (receivers?.length === 0 && alerting > 0) findings.push(alertmanagerAbsent(alerting));
  return findings;
}

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
