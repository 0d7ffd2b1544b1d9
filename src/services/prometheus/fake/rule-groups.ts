import { goExponent, goTime } from './go.ts';
import type { Alert, Evaluated, Head } from './head.ts';
import type { Knobs } from './knobs.ts';

/** An alert as the API writes it. */
export const alertJson = ({ labels, annotations, state, activeAt, value }: Alert): object => ({
  labels,
  annotations,
  state,
  activeAt: goTime(activeAt),
  value: goExponent(value),
});

/** The groups of `/api/v1/rules`. */
export function ruleGroups(head: Head, parameters: URLSearchParams, { version }: Knobs): object[] {
  const evaluated = head.rules();
  const type = parameters.get('type');
  const withAlerts = version === '2.42.0' || parameters.get('exclude_alerts') !== 'true';
  return [...new Set(evaluated.map(({ rule }) => rule.group))].map((name) => ({
    name,
    file: '/etc/prometheus/rules.yml',
    interval: 15,
    limit: 0,
    evaluationTime: 0.0012,
    lastEvaluation: goTime(head.world.now() - 6_000),
    rules: evaluated
      .filter(
        ({ rule }) =>
          rule.group === name &&
          (type === null || (type === 'record') === (rule.forSeconds === null)),
      )
      .map((rule) => ruleJson(rule, head, withAlerts)),
  }));
}

function ruleJson(
  { rule, alerts, error }: Evaluated,
  { world }: Head,
  withAlerts: boolean,
): object {
  const common = {
    name: rule.name,
    query: rule.query,
    health: error ? 'err' : 'ok',
    ...(error && { lastError: error }),
    evaluationTime: 0.0002,
    lastEvaluation: goTime(world.now() - 6_000),
  };
  if (rule.forSeconds === null) return { ...common, type: 'recording' };
  return {
    ...common,
    state: stateOf(alerts),
    duration: rule.forSeconds,
    keepFiringFor: 0,
    labels: rule.labels,
    annotations: rule.annotations,
    alerts: withAlerts ? alerts.map(alertJson) : [],
    type: 'alerting',
  };
}

function stateOf(alerts: readonly Alert[]): 'firing' | 'pending' | 'inactive' {
  if (alerts.some(({ state }) => state === 'firing')) return 'firing';
  return alerts.length > 0 ? 'pending' : 'inactive';
}
