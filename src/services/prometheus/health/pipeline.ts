import type { Finding } from '../../../core/health.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Situation } from '../alerts.ts';
import type { Settings } from '../index.ts';
import type { Rule, Runtime } from '../schema/index.ts';

/** What is known of the way from a rule to a person; undefined was not answered. */
export interface Pipeline {
  situation: Situation | undefined;
  rules: readonly Rule[] | undefined;
  /** Addresses of the Alertmanagers that Prometheus itself sends to. */
  receivers: readonly string[] | undefined;
  runtime: Runtime | undefined;
  settings: Settings;
  /** Milliseconds. */
  now: number;
}

/** Whether rules are evaluated, and whether an alert would reach anybody. */
export function pipelineFindings({
  situation,
  rules = [],
  receivers,
  runtime,
  settings,
  now,
}: Pipeline): Finding[] {
  const alerting = rules.filter(({ type }) => type === 'alerting');
  const alertmanager = situation?.alertmanager;
  const severed = receivers?.length === 0;
  return [
    ...(alertmanager?.state === 'unreachable' || alertmanager?.state === 'failed'
      ? [silentAlertmanager(alertmanager.problem)]
      : []),
    ...(severed && alerting.length > 0 ? [noAlertmanager(alerting.length)] : []),
    ...(runtime?.reloadConfigSuccess === false ? [reloadFailed(runtime.lastConfigTime, now)] : []),
    ...rules.filter(({ health }) => health === 'err').map(ruleFinding),
    ...alerting
      .filter(({ name }) => settings.watchdogs.includes(name.toLowerCase()))
      .flatMap((rule) => watchdogFinding(rule, severed ? undefined : situation, now)),
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
  next: {
    tool: 'prom_query',
    arguments: { query: 'prometheus_notifications_alertmanagers_discovered' },
  },
});

const reloadFailed = (lastConfigTime: number | undefined, now: number): Finding => ({
  id: 'prometheus.config-reload-failed/prometheus',
  severity: 'warning',
  subject: 'Prometheus configuration',
  message: `The last reload of the configuration failed: Prometheus still runs ${lastConfigTime === undefined ? 'an older one' : `the one it read ${ago(lastConfigTime, now)}`}, and may not start again`,
  since: lastConfigTime === undefined ? undefined : iso(lastConfigTime),
  next: { tool: 'prom_query', arguments: { query: 'prometheus_config_last_reload_successful' } },
});

const ruleFinding = ({ group, name, type, query, lastError = '' }: Rule): Finding => ({
  id: `prometheus.rule-error/${group}/${name}`,
  severity: 'warning',
  subject: `rule ${name} in ${group}`,
  message: `${type === 'alerting' ? `Alert rule ${name} cannot be evaluated, so it never fires` : `Recording rule ${name} cannot be evaluated`}: ${oneLine(lastError, 160) || 'no reason given'}`,
  next: { tool: 'prom_query', arguments: { query } },
});

/** An alert needs up to a resend interval and a group wait to arrive. */
const arrivalMs = 5 * 60_000;

/** A watchdog that is silent means that no alert gets through; a rule that was never evaluated says nothing yet. */
function watchdogFinding(
  { name, state, lastEvaluation }: Rule,
  situation: Situation | undefined,
  now: number,
): Finding[] {
  const finding = (message: string): Finding[] => [
    {
      id: `prometheus.watchdog-missing/${name}`,
      severity: 'warning',
      subject: name,
      message,
      next: { tool: 'prom_alerts', arguments: { name } },
    },
  ];
  if (state === 'inactive' && lastEvaluation !== undefined)
    return finding(`${name} should always fire and does not: alerting may be broken`);
  const fires = situation?.alerts.find((alert) => alert.name === name && alert.state === 'firing');
  const lost =
    situation?.alertmanager.state === 'ok' &&
    fires?.knownTo === 'prometheus' &&
    fires.since !== undefined &&
    now - fires.since > arrivalMs;
  return lost
    ? finding(
        `${name} fires in Prometheus, but Alertmanager does not have it: alerts do not get through`,
      )
    : [];
}
