import { UnreachableError, UpstreamError, fullMessage } from '../../core/base/errors.ts';
import type { Severity } from '../../core/health.ts';
import { compareAlerts, isCopyOf, type Alert } from './alerts.ts';
import type { Prometheus } from './client.ts';
import type { Labels, PrometheusAlert, SentAlert, Silence } from './schema/index.ts';
import type { Settings } from './settings.ts';

/** What came of asking the configured Alertmanager. */
export type AlertmanagerState =
  | { state: 'ok' | 'not configured' }
  | { state: 'unreachable' | 'denied' | 'failed'; problem: string; error: unknown };

/** Every alert that fires or is pending, the worst first, and whether Alertmanager could be asked about them. */
export interface MergedAlerts {
  alerts: Alert[];
  alertmanager: AlertmanagerState;
}

/** What Alertmanager has: alerts with their silences. */
interface Received {
  alerts: readonly SentAlert[];
  silences: readonly Silence[];
}

/** Everything that fires or is about to, from both servers. Only Prometheus itself must answer: its errors are thrown. */
export async function mergeAlerts(prometheus: Prometheus): Promise<MergedAlerts> {
  const { settings } = prometheus;
  const [originals, received] = await Promise.all([
    prometheus.alerts(),
    askAlertmanager(prometheus),
  ]);
  if (!('alerts' in received))
    return {
      alerts: originals
        .map((alert) => fromPrometheus(alert, [], settings, undefined))
        .sort(compareAlerts),
      alertmanager: received,
    };
  const copies = originals.map((alert) =>
    alert.state === 'firing'
      ? received.alerts.filter(({ labels }) => isCopyOf(alert.labels, labels))
      : [],
  );
  const matched = new Set(copies.flat());
  const alerts = [
    ...originals.map((alert, i) => fromPrometheus(alert, copies[i] ?? [], settings, received)),
    ...received.alerts
      .filter((alert) => !matched.has(alert))
      .map((alert) => fromAlertmanager(alert, settings, received)),
  ];
  return { alerts: alerts.sort(compareAlerts), alertmanager: { state: 'ok' } };
}

function askAlertmanager({ alertmanager }: Prometheus): Promise<Received | AlertmanagerState> {
  if (!alertmanager) return Promise.resolve({ state: 'not configured' });
  const ask = async (): Promise<Received> => {
    const alerts = await alertmanager.alerts();
    const silenced = alerts.some(({ status }) => status.silencedBy.length > 0);
    return { alerts, silences: silenced ? await alertmanager.silences() : [] };
  };
  return ask().catch((error: unknown) => ({
    state: failureOf(error),
    problem: fullMessage(error),
    error,
  }));
}

function failureOf(error: unknown): 'unreachable' | 'denied' | 'failed' {
  if (error instanceof UnreachableError) return 'unreachable';
  return error instanceof UpstreamError && error.denied ? 'denied' : 'failed';
}

function fromPrometheus(
  { labels, annotations, state, activeAt, value }: PrometheusAlert,
  copies: readonly SentAlert[],
  settings: Settings,
  received: Received | undefined,
): Alert {
  // Two servers may send the same alert under other external labels: it is silent only if every copy is.
  const loud = copies.find(({ status }) => status.state !== 'suppressed');
  const suppressed = loud ? undefined : copies[0];
  return {
    ...identify(labels, settings),
    state: state === 'pending' ? 'pending' : 'firing',
    since: activeAt,
    annotations,
    value,
    knownTo: copies.length > 0 ? 'both' : 'prometheus',
    ...(suppressed && received
      ? holdReasons(suppressed, received)
      : { silences: [], inhibitedBy: [], mutedBy: [] }),
  };
}

const fromAlertmanager = (alert: SentAlert, settings: Settings, received: Received): Alert => ({
  ...identify(alert.labels, settings),
  state: 'firing',
  since: alert.startsAt,
  annotations: alert.annotations,
  value: undefined,
  knownTo: 'alertmanager',
  ...holdReasons(alert, received),
});

/** What the labels say of an alert, in the words of the configuration. */
function identify(
  labels: Labels,
  settings: Settings,
): Pick<Alert, 'name' | 'severity' | 'watchdog' | 'weight' | 'labels'> {
  const name = labels['alertname'] ?? '';
  const severity = labels['severity'] ?? '';
  const watchdog =
    settings.watchdogs.includes(name.toLowerCase()) || severity.toLowerCase() === 'none';
  return { name, severity, watchdog, weight: weigh(severity, settings), labels };
}

function weigh(severity: string, { critical, info }: Settings): Severity {
  const word = severity.toLowerCase();
  if (critical.includes(word)) return 'critical';
  return info.includes(word) ? 'info' : 'warning';
}

function holdReasons(
  { status }: SentAlert,
  { alerts, silences }: Received,
): Pick<Alert, 'silences' | 'inhibitedBy' | 'mutedBy'> {
  const nameOf = (fingerprint: string): string =>
    alerts.find((alert) => alert.fingerprint === fingerprint)?.labels['alertname'] ?? fingerprint;
  const silenceOf = (id: string): Silence =>
    silences.find((silence) => silence.id === id) ?? {
      id,
      createdBy: '',
      comment: '',
      endsAt: undefined,
    };
  return {
    silences: status.silencedBy.map(silenceOf),
    inhibitedBy: [...new Set(status.inhibitedBy.map(nameOf))],
    mutedBy: status.mutedBy,
  };
}
