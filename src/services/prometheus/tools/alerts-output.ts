import * as z from 'zod';
import { lines, table } from '../../../core/base/table.ts';
import { Multiline, oneLine, quoted } from '../../../core/base/text.ts';
import { pageOutput } from '../../../core/page.ts';
import { plural } from '../../../core/base/units.ts';
import { selector } from './query-output.ts';

/** An alert with the words of its rule, and what holds it back. */
export const AlertRow = z.object({
  instance: z.string(),
  name: z.string(),
  severity: z.string(),
  state: z.enum(['firing', 'pending']),
  watchdog: z.boolean(),
  since: z.string().optional(),
  value: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  summary: z.string().optional(),
  description: Multiline.optional(),
  runbook: z.string().optional(),
  knownTo: z.enum(['both', 'prometheus', 'alertmanager']),
  silencedBy: z.array(
    z.object({ id: z.string(), by: z.string(), until: z.string().optional(), comment: z.string() }),
  ),
  inhibitedBy: z.array(z.string()),
  mutedBy: z.array(z.string()).describe('Muted time intervals'),
});
type AlertRow = z.output<typeof AlertRow>;

/** Alerts that match; the first three fire and are held back by nothing. */
export const AlertCounts = z.object({
  critical: z.int(),
  warning: z.int(),
  info: z.int(),
  heldBack: z.int().describe('Silenced, inhibited or muted'),
  pending: z.int(),
  watchdogs: z.int(),
});
type AlertCounts = z.output<typeof AlertCounts>;

const AlertmanagerRow = z.object({
  instance: z.string(),
  state: z.enum(['ok', 'not configured', 'unreachable', 'denied', 'failed']),
  problem: z.string().optional(),
});
type AlertmanagerRow = z.output<typeof AlertmanagerRow>;

export const AlertsOutput = z.object({
  alerts: z.array(AlertRow),
  ...pageOutput,
  among: z.int().describe('Alerts, without the filter'),
  counts: AlertCounts,
  noRules: z.literal(true).optional().describe('No alert rule is evaluated here at all'),
  alertmanagers: z.array(AlertmanagerRow),
});
type AlertsOutput = z.output<typeof AlertsOutput>;

/** The answer of `prom_alerts` for a person: what counts, what is not known, a table, and the words of the rules. */
export function alertsText({
  alerts,
  total,
  among,
  counts,
  noRules,
  alertmanagers,
}: AlertsOutput): string {
  const several = alertmanagers.length > 1;
  return lines(
    noRules
      ? 'No alert can fire here: this server evaluates no alert rules. If another program does (vmalert, a ruler, Grafana), its alerts are not known to Lares.'
      : verdict(counts, total, among),
    ...alertmanagers.map((row) => problemText(row, several)),
    total > 0 && notConfiguredText(alertmanagers),
    table(alerts, {
      severity: (alert) => (alert.watchdog ? 'watchdog' : alert.severity || 'none set'),
      state: ({ state }) => state,
      alert: ({ name }) => name,
      ...(several && { instance: (alert: AlertRow) => alert.instance }),
      labels: ({ labels: { alertname: _, severity: __, ...labels } }) => selector(labels),
      value: ({ value }) => value,
      since: ({ since }) => since,
      told: (alert) => heldBackText(alert) || notifiedText(alert, alertmanagers),
    }),
    quoted('What the rules say', alerts.filter(({ watchdog }) => !watchdog).flatMap(ruleText)),
  );
}

/** What a filter left out is never called silent. */
function verdict(counts: AlertCounts, total: number, among: number): string {
  const { heldBack, pending, watchdogs } = counts;
  const filtered = total < among;
  if (filtered && total === 0)
    return `No alert matches; without the filter ${among} ${among === 1 ? 'fires or is' : 'fire or are'} pending.`;
  const filter = filtered
    ? `${total} of ${plural(among, 'alert')} ${total === 1 ? 'matches' : 'match'}: `
    : '';
  const parts = [
    firingText(counts, filtered),
    heldBack > 0 && `${heldBack} silenced or inhibited`,
    (!filtered || pending > 0) && `${pending} pending`,
    watchdogs > 0 &&
      `${plural(watchdogs, 'watchdog')} firing, as ${watchdogs === 1 ? 'it' : 'they'} should`,
  ];
  return `${filter}${parts.filter(Boolean).join('; ')}.`;
}

function firingText(
  { critical, warning, info, heldBack }: AlertCounts,
  filtered: boolean,
): string | false {
  const firing = critical + warning + info;
  if (firing === 0) return !filtered && (heldBack > 0 ? 'Nothing fires aloud' : 'Nothing fires');
  const detail = [
    critical && `${critical} critical`,
    warning && `${warning} warning`,
    info && `${info} info`,
  ];
  return `${firing} firing (${detail.filter(Boolean).join(', ')})`;
}

function notConfiguredText(alertmanagers: readonly AlertmanagerRow[]): string | false {
  const lacking = alertmanagers.filter(({ state }) => state === 'not configured');
  if (lacking.length === 0) return false;
  const of =
    lacking.length < alertmanagers.length
      ? ` for ${lacking.map(({ instance }) => instance).join(', ')}`
      : '';
  return `No Alertmanager is configured${of} (PROMETHEUS_ALERTMANAGER_URL), so silences are not known.`;
}

function problemText(
  { instance, state, problem }: AlertmanagerRow,
  several: boolean,
): string | false {
  return (
    !!problem &&
    `PARTIAL: Alertmanager${several ? ` of ${instance}` : ''} is ${state === 'failed' ? 'failing' : state} (${problem.replace(/\.$/, '')}), so silences are not known.`
  );
}

/** Why nobody is notified of it, on purpose; empty where nothing holds it back. */
function heldBackText({ silencedBy, inhibitedBy, mutedBy }: AlertRow): string {
  const reasons = [
    ...silencedBy.map(
      ({ by, until, comment }) =>
        `silenced by ${by || 'somebody'}${until ? ` until ${until}` : ''}${comment ? ` (${comment})` : ''}`,
    ),
    inhibitedBy.length > 0 && `inhibited by ${inhibitedBy.join(', ')}`,
    mutedBy.length > 0 && `muted in ${mutedBy.join(', ')}`,
  ];
  return reasons.filter(Boolean).join('; ');
}

/** Whether anybody was notified. */
function notifiedText(
  { state, knownTo, instance }: AlertRow,
  alertmanagers: readonly AlertmanagerRow[],
): string {
  if (state === 'pending') return 'not yet';
  if (knownTo === 'both') return 'yes';
  if (knownTo === 'alertmanager') return 'yes, not by this Prometheus';
  const alertmanager = alertmanagers.find((row) => row.instance === instance);
  return alertmanager?.state === 'ok' ? 'no: Alertmanager does not have it' : 'not known';
}

function ruleText({ name, labels, summary, description, runbook }: AlertRow): string[] {
  const words = [summary, description, runbook].flatMap((part) =>
    part ? [oneLine(part, 400)] : [],
  );
  if (words.length === 0) return [];
  const instance = labels['instance'] ? ` ${labels['instance']}` : '';
  return [`${name}${instance}: ${words.join(' / ')}`];
}
