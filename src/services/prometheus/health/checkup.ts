import type { Check } from '../../../core/health.ts';
import type { Prometheus } from '../client.ts';
import { mergeAlerts, type MergedAlerts } from '../merge-alerts.ts';
import type { Labels, Rule, RuntimeInfo, Target } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** What one Prometheus says of itself and of what it watches; what was not answered is undefined. */
export interface Checkup {
  instance: string;
  version: string;
  alerts: MergedAlerts | undefined;
  targets: readonly Target[] | undefined;
  /** Labels of the targets that are down for longer than a restart takes. */
  longDown: readonly Labels[] | undefined;
  rules: readonly Rule[] | undefined;
  /** Addresses of the Alertmanagers that Prometheus itself sends to. */
  receivers: readonly string[] | undefined;
  runtime: RuntimeInfo | undefined;
  settings: Settings;
  /** Milliseconds. */
  now: number;
}

/** Asks for all of it. Only the version must be had, and its error is thrown: without it nothing answers at all. */
export async function examine(
  prometheus: Prometheus,
  instance: string,
  check: Check,
): Promise<Checkup> {
  // Alone, because the server checks a password with bcrypt, one request at a time, until the first one is through and remembered.
  const version = await prometheus.version();
  const [alerts, targets, rules, receivers, runtime] = await Promise.all([
    check('alerts', () => mergeAlerts(prometheus)),
    check('targets', () => prometheus.targets()),
    check('rules', () => prometheus.rules()),
    check('the Alertmanagers it sends to', () => prometheus.alertmanagers()),
    check('its configuration', () => prometheus.runtime()),
  ]);
  // Silence is a finding; what a refusal or an error hides is a gap.
  const alertmanager = alerts?.alertmanager;
  if (alertmanager && 'problem' in alertmanager && alertmanager.state !== 'unreachable')
    await check('silences', () => Promise.reject(alertmanager.error));
  const longDown = targets?.some(({ health }) => health === 'down')
    ? await check('how long targets are down', () => askLongDown(prometheus))
    : [];
  return {
    instance,
    version,
    alerts,
    targets,
    longDown,
    rules,
    receivers,
    runtime,
    settings: prometheus.settings,
    now: prometheus.now(),
  };
}

/** Labels of the targets that have not answered once in as long as a restart may take; undefined where a restart is given no time. */
async function askLongDown(prometheus: Prometheus): Promise<Labels[] | undefined> {
  const seconds = Math.round(prometheus.settings.targetDownMinutes * 60);
  if (seconds === 0) return undefined;
  const { series } = await prometheus.query(
    `max_over_time(up[${seconds}s]) == 0`,
    prometheus.now() / 1000,
  );
  return series.map(({ labels }) => labels);
}
