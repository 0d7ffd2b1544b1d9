import type { Severity } from '../../core/health.ts';
import { LabelIndex } from './label-index.ts';
import type { Labels, Silence } from './schema/index.ts';

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
  /** Who knows it. `prometheus` alone, where Alertmanager was asked, means that nobody was notified. */
  knownTo: 'both' | 'prometheus' | 'alertmanager';
  silences: readonly Silence[];
  /** Names of the alerts that hold this one back. */
  inhibitedBy: readonly string[];
  /** Time intervals of its route that are muted now. */
  mutedBy: readonly string[];
}

/** Nobody is notified of it, on purpose. */
export const isHeldBack = ({ silences, inhibitedBy, mutedBy }: Alert): boolean =>
  silences.length + inhibitedBy.length + mutedBy.length > 0;

/** Instances may share an Alertmanager: what it has from one of them is nothing new in another. */
export function withoutDuplicates<T extends Alert>(alerts: readonly T[]): T[] {
  const originals = indexAlerts(alerts.filter(({ knownTo }) => knownTo !== 'alertmanager'));
  const listed = new Set<string>();
  return alerts.filter((alert) => {
    if (alert.knownTo !== 'alertmanager') return true;
    const key = labelsKey(alert.labels);
    const duplicate = listed.has(key) || originals.closestWithin(alert.labels).length > 0;
    listed.add(key);
    return !duplicate;
  });
}

/** Alerts by their labels: Alertmanager's copy of one has the external labels of its Prometheus on top. */
export const indexAlerts = <T extends { labels: Labels }>(alerts: readonly T[]): LabelIndex<T> =>
  new LabelIndex(alerts, ({ labels }) => labels, 'alertname');

const severityOrder = { critical: 0, warning: 1, info: 2 } as const;

/** The loud and the bad first, watchdogs last. */
export const sortAlerts = <T extends Alert>(alerts: readonly T[]): T[] =>
  alerts
    .map((alert) => ({ alert, rank: rankOf(alert), key: sortKey(alert) }))
    .sort((a, b) => a.rank - b.rank || Number(a.key > b.key) - Number(a.key < b.key))
    .map(({ alert }) => alert);

const rankOf = (alert: Alert): number =>
  (alert.watchdog ? 100 : 0) +
  (alert.state === 'pending' ? 20 : 0) +
  (isHeldBack(alert) ? 10 : 0) +
  severityOrder[alert.weight];

const sortKey = ({ name, labels }: Alert): string =>
  JSON.stringify([name, Object.entries(labels).sort()]);

const labelsKey = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

/** InfoInhibitor of the usual rules mutes others in Alertmanager: that it fires proves nothing, and is no news. */
export const isInhibitor = ({ name }: Pick<Alert, 'name'>): boolean =>
  name.toLowerCase() === 'infoinhibitor';
