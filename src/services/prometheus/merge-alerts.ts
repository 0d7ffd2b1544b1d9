import { UnreachableError, UpstreamError, fullMessage } from '../../core/base/errors.ts';
import type { Severity } from '../../core/health.ts';
import { indexAlerts, isInhibitor, sortAlerts, type Alert } from './alerts.ts';
import type { Prometheus } from './client.ts';
import type { Labels, PrometheusAlert, SentAlert, Silence } from './schema/index.ts';
import type { Settings } from './settings.ts';

/** What came of asking the configured Alertmanager. */
export type AlertmanagerState =
  | { state: 'ok' }
  | { state: 'not configured' }
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
      alerts: sortAlerts(originals.map((alert) => fromPrometheus(alert, [], settings, undefined))),
      alertmanager: received,
    };
  const reasons = holdReasons(received);
  const { copies, strangers } = matchCopies(
    originals.filter(({ state }) => state === 'firing'),
    received.alerts,
  );
  const alerts = [
    ...originals.map((alert) => fromPrometheus(alert, copies.get(alert) ?? [], settings, reasons)),
    ...strangers.map((alert) => fromAlertmanager(alert, settings, reasons)),
  ];
  return { alerts: sortAlerts(alerts), alertmanager: { state: 'ok' } };
}

/**
 * Which of the alerts that Alertmanager has is a copy of which one here, and those that are of none. Of two alerts that a copy may be
 * of (one has a label more) it is that of the closer one: the other is told by a copy of its own, or by none.
 */
function matchCopies(
  originals: readonly PrometheusAlert[],
  sent: readonly SentAlert[],
): { copies: Map<PrometheusAlert, SentAlert[]>; strangers: SentAlert[] } {
  const index = indexAlerts(originals);
  const copies = new Map<PrometheusAlert, SentAlert[]>();
  const strangers: SentAlert[] = [];
  for (const copy of sent) {
    const closest = index.closestWithin(copy.labels);
    if (closest.length === 0) strangers.push(copy);
    for (const original of closest) {
      const known = copies.get(original);
      if (known) known.push(copy);
      else copies.set(original, [copy]);
    }
  }
  return { copies, strangers };
}

function askAlertmanager({ alertmanager }: Prometheus): Promise<Received | AlertmanagerState> {
  if (!alertmanager) return Promise.resolve({ state: 'not configured' });
  const ask = async (): Promise<Received> => {
    const alerts = await alertmanager.alerts();
    const silenced = alerts.some(({ status }) => status.silencedBy.length > 0);
    // Who silences an alert is worth knowing; that it is silenced, the alert itself says.
    const silences = silenced ? await alertmanager.silences().catch(() => []) : [];
    return { alerts, silences };
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
  reasonsFor: ReasonsFor | undefined,
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
    ...(suppressed && reasonsFor
      ? reasonsFor(suppressed)
      : { silences: [], inhibitedBy: [], mutedBy: [] }),
  };
}

const fromAlertmanager = (alert: SentAlert, settings: Settings, reasonsFor: ReasonsFor): Alert => ({
  ...identify(alert.labels, settings),
  state: 'firing',
  since: alert.startsAt,
  annotations: alert.annotations,
  value: undefined,
  knownTo: 'alertmanager',
  ...reasonsFor(alert),
});

/** What the labels say of an alert, in the words of the configuration. */
function identify(
  labels: Labels,
  settings: Settings,
): Pick<Alert, 'name' | 'severity' | 'watchdog' | 'weight' | 'labels'> {
  const name = labels['alertname'] ?? '';
  const severity = labels['severity'] ?? '';
  if (isInhibitor({ name })) return { name, severity, watchdog: false, weight: 'info', labels };
  const watchdog =
    settings.watchdogs.includes(name.toLowerCase()) || severity.toLowerCase() === 'none';
  return { name, severity, watchdog, weight: weigh(severity, settings), labels };
}

function weigh(severity: string, { critical, info }: Settings): Severity {
  const word = severity.toLowerCase();
  if (critical.includes(word)) return 'critical';
  return info.includes(word) ? 'info' : 'warning';
}

/** Why nobody is notified of an alert that Alertmanager has. */
type ReasonsFor = (alert: SentAlert) => Pick<Alert, 'silences' | 'inhibitedBy' | 'mutedBy'>;

function holdReasons({ alerts, silences }: Received): ReasonsFor {
  const names = new Map(
    alerts.map(({ fingerprint, labels }) => [fingerprint, labels['alertname']]),
  );
  const known = new Map(silences.map((silence) => [silence.id, silence]));
  return ({ status }) => ({
    silences: status.silencedBy.map(
      (id) => known.get(id) ?? { id, createdBy: '', comment: '', endsAt: undefined },
    ),
    inhibitedBy: [
      ...new Set(status.inhibitedBy.map((fingerprint) => names.get(fingerprint) ?? fingerprint)),
    ],
    mutedBy: status.mutedBy,
  });
}
