import { ConfigError, UnreachableError, UpstreamError } from '../../../core/base/errors.ts';
import type { Check } from '../../../core/health.ts';
import type { Prometheus } from '../client.ts';
import { mergeAlerts, type MergedAlerts } from '../merge-alerts.ts';
import type { Labels, Rule, RuntimeInfo, Target } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** What one Prometheus says of itself and of what it watches; what was not answered is undefined. */
export interface Checkup {
  instance: string;
  version: string | undefined;
  alerts: MergedAlerts | undefined;
  targets: readonly Target[] | undefined;
  /** Labels of the targets that are known to be down for longer than a restart takes. */
  longDown: readonly Labels[] | undefined;
  rules: readonly Rule[] | undefined;
  /** Addresses of the Alertmanagers that Prometheus itself sends to. */
  receivers: readonly string[] | undefined;
  /** Alerts of the last minutes that no Alertmanager took; undefined where Prometheus does not measure itself. */
  droppedAlerts: number | undefined;
  runtime: RuntimeInfo | undefined;
  settings: Settings;
  /** Milliseconds. */
  now: number;
}

/** How long the other questions wait for the first answer. */
const firstAnswerMs = 1_000;

/** Asks for all of it; what is missing costs its own part. Thrown is the error of a server that answered nothing at all. */
export async function examine(
  prometheus: Prometheus,
  instance: string,
  check: Check,
): Promise<Checkup> {
  // The first question goes alone: the server checks a password with bcrypt, one request at a time, until the first one is through and remembered.
  const version = prometheus.version();
  const first = await firstOutcome(version, prometheus);
  if (first !== 'late' && first !== 'answered' && meansAll(first.error)) throw first.error;
  const [alerts, targets, rules, receivers, runtime, droppedAlerts] = await Promise.all([
    check('alerts', () => mergeAlerts(prometheus), { part: 'alerts' }),
    check('targets', () => prometheus.targets(), { part: 'targets' }),
    check('rules', () => prometheus.rules(), { part: 'alerts' }),
    check('the Alertmanagers it sends to', () => prometheus.alertmanagers(), {
      part: 'alertmanager',
    }),
    check('its configuration', () => prometheus.runtime(), { part: 'status' }),
    askDropped(prometheus).catch(() => undefined),
  ]);
  const name = await check('version', () => version, { extra: true });
  if ([name, alerts, targets, rules, receivers, runtime].every((answer) => answer === undefined))
    await version.catch(leadsElsewhere);
  await checkAlertmanager(check, { alerts, receivers, rules });
  const longDown = targets?.some(({ health }) => health === 'down')
    ? await check('how long targets are down', () => askLongDown(prometheus))
    : [];
  return {
    instance,
    version: name,
    alerts,
    targets,
    longDown,
    rules,
    receivers,
    droppedAlerts,
    runtime,
    settings: prometheus.settings,
    now: prometheus.now(),
  };
}

type Outcome = 'answered' | 'late' | { error: unknown };

const firstOutcome = (answer: Promise<unknown>, { pause }: Prometheus): Promise<Outcome> =>
  Promise.race([
    answer.then(
      (): Outcome => 'answered',
      (error: unknown): Outcome => ({ error }),
    ),
    pause(firstAnswerMs).then(
      (): Outcome => 'late',
      (error: unknown): Outcome => ({ error }),
    ),
  ]);

/** Whether an error of one question answers all others: nobody is there, or nobody is let in. */
const meansAll = (error: unknown): boolean =>
  (error instanceof UnreachableError && !error.timedOut) ||
  (error instanceof UpstreamError && error.status === 401);

/** Where no endpoint at all is known, the address is not that of the API, and nothing is known of Prometheus. */
function leadsElsewhere(error: unknown): never {
  if (error instanceof UpstreamError && error.status === 404)
    throw new UpstreamError(error.message, 404, { front: true, hint: error.hint });
  throw error;
}

/** Silence of Alertmanager is a finding; what a refusal, an error or a time-out of our own hides is a gap, and so is one that nobody named to Lares. */
async function checkAlertmanager(
  check: Check,
  { alerts, receivers, rules }: Pick<Checkup, 'alerts' | 'receivers' | 'rules'>,
): Promise<void> {
  const alertmanager = alerts?.alertmanager;
  if (!alertmanager || alertmanager.state === 'ok') return;
  if (alertmanager.state === 'not configured') {
    if (receivers?.length === 0) return;
    // A server that evaluates no rules, and has no such list, sends no alerts either.
    if (receivers === undefined && rules?.length === 0) return;
    const where = receivers ? ` at ${receivers.join(', ')}` : '';
    await check(
      `Alertmanager${where}: whether alerts reach anybody, and silences`,
      () =>
        Promise.reject(
          new ConfigError('not configured', {
            hint: 'Set PROMETHEUS_ALERTMANAGER_URL, or PROMETHEUS_WITHOUT=alertmanager if that is on purpose.',
          }),
        ),
      { part: 'alertmanager', extra: true },
    );
    return;
  }
  if (!isSilent(alertmanager))
    await check('silences', () => Promise.reject(alertmanager.error), { part: 'alertmanager' });
}

/** Alertmanager is not there, as far as can be told from here. */
export const isSilent = (alertmanager: MergedAlerts['alertmanager']): boolean =>
  'error' in alertmanager &&
  alertmanager.error instanceof UnreachableError &&
  !alertmanager.error.timedOut;

/** How many alerts of the last two minutes found no Alertmanager that took them: what fires is sent again every minute, so that older ones say nothing of now. Only a Prometheus that scrapes itself knows. */
async function askDropped(prometheus: Prometheus): Promise<number | undefined> {
  const { series } = await prometheus.query(
    'sum(increase(prometheus_notifications_dropped_total[2m]))',
    prometheus.now() / 1000,
  );
  const [sum, ...others] = series;
  // A sum over everything has no labels. What has some answers another question.
  if (!sum || others.length > 0 || Object.keys(sum.labels).length > 0) return undefined;
  const dropped = Number(sum.samples.at(-1)?.value);
  return Number.isFinite(dropped) ? Math.round(dropped) : undefined;
}

/**
 * Labels of the targets that have not answered once in as long as a restart may take; undefined where a restart is given no time. That
 * one was down at the beginning of that time too keeps a new target, or a young Prometheus, from counting: one sample is no history.
 */
async function askLongDown(prometheus: Prometheus): Promise<Labels[] | undefined> {
  const seconds = Math.round(prometheus.settings.targetDownMinutes * 60);
  if (seconds === 0) return undefined;
  const { series } = await prometheus.query(
    `max_over_time(up[${seconds}s]) == 0 and up offset ${seconds}s == 0`,
    prometheus.now() / 1000,
  );
  return series.map(({ labels }) => labels);
}
