import { UnreachableError, UpstreamError, fullMessage } from '../../core/base/errors.ts';
import type { Severity } from '../../core/health.ts';
import type { SentAlert, Silence } from './schema/alertmanager.ts';
import type { Prometheus } from './client.ts';
import type { Settings } from './index.ts';
import type { Labels, PrometheusAlert } from './schema/index.ts';

/** One alert, as Prometheus and Alertmanager together know it. `since` in milliseconds. */
export interface Alert {
  name: string;
  /** As its rule says; empty when it says nothing. */
  severity: string;
  /** How bad that is. */
  weight: Severity;
  state: 'firing' | 'pending';
  since: number | undefined;
  labels: Labels;
  annotations: Labels;
  value: string | undefined;
  /** Fires on purpose, to show that alerting works. */
  watchdog: boolean;
  /** Who knows it. `prometheus` alone, where Alertmanager was asked, means that nobody was told. */
  knownTo: 'both' | 'prometheus' | 'alertmanager';
  silences: readonly Silence[];
  /** Names of the alerts that hold this one back. */
  inhibitedBy: readonly string[];
  /** Time intervals of its route that are muted now. */
  mutedBy: readonly string[];
}

/** What came of asking the configured Alertmanager. */
export type Alertmanager =
  | { state: 'ok' | 'not configured' }
  | { state: 'unreachable' | 'denied' | 'failed'; problem: string };

export interface Situation {
  alerts: Alert[];
  alertmanager: Alertmanager;
}

/** Nobody is told of it, on purpose. */
export const isHeldBack = ({ silences, inhibitedBy, mutedBy }: Alert): boolean =>
  silences.length + inhibitedBy.length + mutedBy.length > 0;

/** Everything that fires or is about to, from both servers. Only Prometheus itself must answer. */
export async function situationOf(prometheus: Prometheus): Promise<Situation> {
  const [own, sent] = await Promise.all([prometheus.alerts(), sentAlerts(prometheus)]);
  if (!('alerts' in sent))
    return {
      alerts: own
        .map((alert) => fromPrometheus(alert, [], prometheus.settings, undefined))
        .sort(byWeight),
      alertmanager: sent,
    };
  const counterparts = own.map((alert) =>
    alert.state === 'firing'
      ? sent.alerts.filter((other) => isSame(alert.labels, other.labels))
      : [],
  );
  const matched = new Set(counterparts.flat());
  const alerts = [
    ...own.map((alert, i) =>
      fromPrometheus(alert, counterparts[i] ?? [], prometheus.settings, sent),
    ),
    ...sent.alerts
      .filter((other) => !matched.has(other))
      .map((other) => fromAlertmanager(other, prometheus.settings, sent)),
  ];
  return { alerts: alerts.sort(byWeight), alertmanager: { state: 'ok' } };
}

/** Instances may share an Alertmanager: what it has from one of them is nothing new in another. */
export function distinct<T extends Alert>(alerts: readonly T[]): T[] {
  const seen = new Set<string>();
  const own = alerts.filter(({ knownTo }) => knownTo !== 'alertmanager');
  return alerts.filter((alert) => {
    if (alert.knownTo !== 'alertmanager') return true;
    const key = JSON.stringify(Object.entries(alert.labels).sort());
    const known = seen.has(key) || own.some(({ labels }) => isSame(labels, alert.labels));
    seen.add(key);
    return !known;
  });
}

interface Sent {
  alerts: readonly SentAlert[];
  silences: readonly Silence[];
}

async function sentAlerts({ alertmanager }: Prometheus): Promise<Sent | Alertmanager> {
  if (!alertmanager) return { state: 'not configured' };
  const ask = async (): Promise<Sent> => {
    const alerts = await alertmanager.alerts();
    return {
      alerts,
      silences: alerts.some(({ status }) => status.silencedBy.length > 0)
        ? await alertmanager.silences()
        : [],
    };
  };
  return ask().catch((error: unknown) => {
    const state =
      error instanceof UnreachableError
        ? 'unreachable'
        : error instanceof UpstreamError && error.denied
          ? 'denied'
          : 'failed';
    return { state, problem: fullMessage(error) };
  });
}

/** Alertmanager's copy has the external labels on top. */
const isSame = (own: Labels, sent: Labels): boolean =>
  Object.entries(own).every(([label, value]) => sent[label] === value);

export function weightOf(severity: string, { critical, info }: Settings): Severity {
  const word = severity.toLowerCase();
  return critical.includes(word) ? 'critical' : info.includes(word) ? 'info' : 'warning';
}

function named(labels: Labels, settings: Settings) {
  const name = labels['alertname'] ?? '';
  const severity = labels['severity'] ?? '';
  const watchdog =
    settings.watchdogs.includes(name.toLowerCase()) || severity.toLowerCase() === 'none';
  return { name, severity, watchdog, weight: weightOf(severity, settings), labels };
}

function fromPrometheus(
  { labels, annotations, state, activeAt, value }: PrometheusAlert,
  copies: readonly SentAlert[],
  settings: Settings,
  sent: Sent | undefined,
): Alert {
  // Two servers may send the same alert under other external labels: it is silent only if every copy is.
  const loud = copies.find((copy) => copy.status.state !== 'suppressed');
  const held = loud ? undefined : copies[0];
  return {
    ...named(labels, settings),
    state: state === 'pending' ? 'pending' : 'firing',
    since: activeAt,
    annotations,
    value,
    knownTo: copies.length > 0 ? 'both' : 'prometheus',
    ...(held && sent ? reasons(held, sent) : free),
  };
}

const fromAlertmanager = (alert: SentAlert, settings: Settings, sent: Sent): Alert => ({
  ...named(alert.labels, settings),
  state: 'firing',
  since: alert.startsAt,
  annotations: alert.annotations,
  value: undefined,
  knownTo: 'alertmanager',
  ...reasons(alert, sent),
});

const free = { silences: [], inhibitedBy: [], mutedBy: [] };

function reasons(
  { status }: SentAlert,
  { alerts, silences }: Sent,
): Pick<Alert, 'silences' | 'inhibitedBy' | 'mutedBy'> {
  const nameOf = (fingerprint: string): string =>
    alerts.find((other) => other.fingerprint === fingerprint)?.labels['alertname'] ?? fingerprint;
  return {
    silences: status.silencedBy.map(
      (id) =>
        silences.find((silence) => silence.id === id) ?? {
          id,
          createdBy: '',
          comment: '',
          endsAt: undefined,
        },
    ),
    inhibitedBy: [...new Set(status.inhibitedBy.map(nameOf))],
    mutedBy: status.mutedBy,
  };
}

const order = { critical: 0, warning: 1, info: 2 } as const;
const rank = (alert: Alert): number =>
  (alert.watchdog ? 100 : 0) +
  (alert.state === 'pending' ? 20 : 0) +
  (isHeldBack(alert) ? 10 : 0) +
  order[alert.weight];

/** The loud and the bad first, watchdogs last. */
const byWeight = (a: Alert, b: Alert): number => rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1);
const key = ({ name, labels }: Alert): string =>
  JSON.stringify([name, Object.entries(labels).sort()]);
