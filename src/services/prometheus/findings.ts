import type { Finding } from '../../core/health.ts';
import { ago, iso, plural } from '../../core/units.ts';
import { oneLine } from '../../core/untrusted.ts';
import { isHeldBack, type Alert, type Situation } from './alerts.ts';
import type { Settings } from './index.ts';
import { errorWithoutSecrets } from './scrape-url.ts';
import type { Rule, Runtime, Target } from './schema.ts';
import type * as z from 'zod';

/** One finding an alert name and instance; pending ones and watchdogs are none. */
export function alertFindings(alerts: readonly Alert[]): Finding[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts.filter(({ state, watchdog }) => state === 'firing' && !watchdog)) {
    const subject = [alert.name, alert.labels['instance']].filter(Boolean).join('/');
    groups.set(subject, [...(groups.get(subject) ?? []), alert]);
  }
  return [...groups].map(([subject, group]) => alertFinding(subject, group));
}

function alertFinding(subject: string, group: readonly Alert[]): Finding {
  // The first is the worst: alerts come sorted, and what is held back comes after what is not.
  const [alert] = group;
  const more = group.length > 1 ? `, and ${plural(group.length - 1, 'more like it', 'more like it')}` : '';
  if (!alert) throw new Error('a group of alerts is never empty');
  const words = alert.annotations['summary'] ?? alert.annotations['message'] ?? alert.annotations['description'];
  const where = alert.labels['instance'];
  const since = alert.since === undefined ? undefined : iso(alert.since);
  return {
    id: `prometheus.alert/${subject}`,
    severity: isHeldBack(alert) ? 'info' : alert.weight,
    subject: where ? `${alert.name} on ${where}` : alert.name,
    message: `Alert ${alert.name} fires${where ? ` on ${where}` : ''}${heldText(alert)}${words ? `: ${oneLine(words, 200)}` : ''}${more}`,
    since,
    evidence: alert.severity ? `severity ${alert.severity}` : 'its rule sets no severity',
    next: { tool: 'prom_alerts', arguments: { name: alert.name } },
  };
}

function heldText({ silences: [silence], inhibitedBy, mutedBy }: Alert): string {
  if (silence) return ` but is silenced by ${silence.createdBy || 'somebody'}${silence.endsAt === undefined ? '' : ` until ${iso(silence.endsAt)}`}`;
  if (inhibitedBy.length > 0) return ` but is inhibited by ${inhibitedBy.join(', ')}`;
  return mutedBy.length > 0 ? ` but is muted in ${mutedBy.join(', ')}` : '';
}

export const describeTarget = ({ job, address, lastError, scrapeUrl }: Target): Finding => ({
  id: `prometheus.target-down/${job}/${address}`,
  severity: 'warning',
  subject: `${job} ${address}`,
  message: `Prometheus cannot scrape ${address} (job ${job}): ${oneLine(errorWithoutSecrets(lastError, scrapeUrl), 200) || 'no reason given'}`,
  next: { tool: 'prom_targets', arguments: { job, state: 'down' } },
});

export const ruleFinding = ({ group, name, type, query, lastError = '' }: Rule): Finding => ({
  id: `prometheus.rule-error/${group}/${name}`,
  severity: 'warning',
  subject: `rule ${name} in ${group}`,
  message: `${type === 'alerting' ? `Alert rule ${name} cannot be evaluated, so it never fires` : `Recording rule ${name} cannot be evaluated`}: ${oneLine(lastError, 200) || 'no reason given'}`,
  evidence: oneLine(query, 200),
  next: { tool: 'prom_query', arguments: { query } },
});

export interface Pipeline {
  situation: Situation | undefined;
  rules: readonly Rule[] | undefined;
  /** Addresses of the Alertmanagers that Prometheus itself sends to. */
  receivers: readonly string[] | undefined;
  runtime: z.output<typeof Runtime> | undefined;
  settings: Settings;
  /** Milliseconds. */
  now: number;
}

/** Whether an alert would reach anybody. */
export function pipelineFindings({ situation, rules, receivers, runtime, settings, now }: Pipeline): Finding[] {
  const alerting = rules?.filter(({ type }) => type === 'alerting') ?? [];
  return [
    ...(situation?.alertmanager.state === 'unreachable' || situation?.alertmanager.state === 'failed' ? [silentAlertmanager(situation.alertmanager.problem)] : []),
    ...(receivers?.length === 0 && alerting.length > 0 ? [noAlertmanager(alerting.length)] : []),
    ...(runtime?.reloadConfigSuccess === false ? [reloadFailed(runtime.lastConfigTime, now)] : []),
    ...alerting.filter(({ name }) => settings.watchdogs.includes(name.toLowerCase())).flatMap((rule) => watchdogFinding(rule, situation, now)),
  ];
}

const silentAlertmanager = (problem: string): Finding => ({
  id: 'prometheus.alertmanager-down/alertmanager',
  severity: 'critical',
  subject: 'Alertmanager',
  message: 'Alertmanager does not answer: what fires may reach nobody, and silences are not known',
  evidence: oneLine(problem, 300),
  next: { tool: 'prom_alerts', arguments: {} },
});

const noAlertmanager = (rules: number): Finding => ({
  id: 'prometheus.alertmanager-absent/prometheus',
  severity: 'warning',
  subject: 'Prometheus',
  message: `Prometheus has ${plural(rules, 'alert rule')} but sends to no Alertmanager: nobody is told when one fires`,
  next: { tool: 'prom_query', arguments: { query: 'prometheus_notifications_alertmanagers_discovered' } },
});

const reloadFailed = (lastConfigTime: number | undefined, now: number): Finding => ({
  id: 'prometheus.config-reload-failed/prometheus',
  severity: 'warning',
  subject: 'Prometheus configuration',
  message: `The last reload of the configuration failed: Prometheus still runs ${lastConfigTime === undefined ? 'an older one' : `the one it read ${ago(lastConfigTime, now)}`}, and may not start again`,
  since: lastConfigTime === undefined ? undefined : iso(lastConfigTime),
  next: { tool: 'prom_query', arguments: { query: 'prometheus_config_last_reload_successful' } },
});

/** An alert needs up to a resend interval and a group wait to arrive. */
const arrivalMs = 5 * 60_000;

/** A watchdog that is silent means that no alert gets through; a rule that was never evaluated says nothing yet. */
function watchdogFinding({ name, state, lastEvaluation }: Rule, situation: Situation | undefined, now: number): Finding[] {
  const finding = (message: string): Finding[] => [{
    id: `prometheus.watchdog-missing/${name}`, severity: 'warning', subject: name, message, next: { tool: 'prom_alerts', arguments: { name } },
  }];
  if (state === 'inactive' && lastEvaluation !== undefined) return finding(`${name} should always fire and does not: alerting may be broken`);
  const fires = situation?.alerts.find((alert) => alert.name === name && alert.state === 'firing');
  const lost = situation?.alertmanager.state === 'ok' && fires?.knownTo === 'prometheus' && fires.since !== undefined && now - fires.since > arrivalMs;
  return lost ? finding(`${name} fires in Prometheus, but Alertmanager does not have it: alerts do not get through`) : [];
}
