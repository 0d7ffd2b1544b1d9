import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { iso, plural } from '../../../core/base/units.ts';
import { oneLine, quoted } from '../../../core/base/text.ts';
import { distinct, isHeldBack, situationOf, type Alert } from '../alerts.ts';
import { read } from '../client.ts';
import { numberOf, written } from '../statistics.ts';
import { selector } from './query-output.ts';

const Row = z.object({
  instance: z.string(),
  name: z.string(),
  severity: z.string(),
  state: z.enum(['firing', 'pending']),
  watchdog: z.boolean(),
  since: z.string().optional(),
  value: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  summary: z.string().optional(),
  description: z.string().optional(),
  runbook: z.string().optional(),
  knownTo: z.enum(['both', 'prometheus', 'alertmanager']),
  silencedBy: z.array(
    z.object({ id: z.string(), by: z.string(), until: z.string().optional(), comment: z.string() }),
  ),
  inhibitedBy: z.array(z.string()),
  mutedBy: z.array(z.string()).describe('Muted time intervals'),
});
type Row = z.output<typeof Row>;

const Counts = z.object({
  critical: z.int(),
  warning: z.int(),
  info: z.int(),
  heldBack: z.int().describe('Silenced, inhibited or muted'),
  pending: z.int(),
  watchdogs: z.int(),
});

export const promAlerts = read({
  name: 'prom_alerts',
  title: 'Firing and pending alerts',
  description:
    'List firing and pending alerts, worst first: since when, why, and what is silenced or inhibited, by whom and until when.',
  example: { state: 'all' },
  input: z.strictObject({
    state: z.enum(['firing', 'pending', 'all']).default('all').describe('Only these'),
    severity: z.string().optional().describe('e.g. critical'),
    name: z.string().optional().describe('Part of the name'),
    limit: Limit,
  }),
  output: z.object({
    alerts: z.array(Row),
    total: z.int().describe('Alerts that match'),
    among: z.int().describe('Alerts, without the filter'),
    counts: Counts,
    alertmanagers: z.array(
      z.object({
        instance: z.string(),
        state: z.enum(['ok', 'not configured', 'unreachable', 'denied', 'failed']),
        problem: z.string().optional(),
      }),
    ),
  }),
  async run({ state, severity, name, limit }, fleet) {
    const answers = await fleet.all((prometheus) => situationOf(prometheus));
    const all = distinct(
      rows(answers.map(({ instance, value }) => ({ instance, value: value.alerts }))),
    );
    const wanted = all.filter(
      (alert) =>
        (state === 'all' || alert.state === state) &&
        (severity === undefined || alert.severity.toLowerCase() === severity.toLowerCase()) &&
        (name === undefined || alert.name.toLowerCase().includes(name.toLowerCase())),
    );
    const { rows: shown, total } = cut(wanted, limit);
    return {
      alerts: shown.map(told),
      total,
      among: all.length,
      counts: counted(wanted),
      alertmanagers: answers.map(({ instance, value }) => ({ instance, ...value.alertmanager })),
    };
  },
  text: ({ alerts, total, among, counts, alertmanagers }) =>
    lines(
      verdict(counts, total, among),
      ...alertmanagers.flatMap(({ instance, state, problem }) =>
        problem
          ? [
              `PARTIAL: Alertmanager${alertmanagers.length > 1 ? ` of ${instance}` : ''} is ${state === 'failed' ? 'failing' : state} (${problem.replace(/\.$/, '')}), so silences are not known.`,
            ]
          : [],
      ),
      alertmanagers.every(({ state }) => state === 'not configured') &&
        total > 0 &&
        'No Alertmanager is configured (PROMETHEUS_ALERTMANAGER_URL), so silences are not known.',
      table(alerts, {
        severity: (alert) => (alert.watchdog ? 'watchdog' : alert.severity || 'none set'),
        state: ({ state }) => state,
        alert: ({ name }) => name,
        ...(alertmanagers.length > 1 && { instance: (alert: Row) => alert.instance }),
        labels: ({ labels: { alertname: _, severity: __, ...labels } }) => selector(labels),
        value: ({ value }) => value,
        since: ({ since }) => since,
        told: (alert) => holding(alert) || whoWasTold(alert, alertmanagers),
      }),
      omitted(alerts.length, total, 'filter by name, severity or state'),
      quoted('What the rules say', alerts.filter(({ watchdog }) => !watchdog).flatMap(saying)),
    ),
});

const told = ({
  weight: _,
  since,
  value,
  annotations,
  silences,
  inhibitedBy,
  mutedBy,
  ...alert
}: Alert & { instance: string }): z.input<typeof Row> => ({
  ...alert,
  since: since === undefined ? undefined : iso(since),
  value: value === undefined ? undefined : written(numberOf(value)),
  summary: annotations['summary'] ?? annotations['message'],
  description: annotations['description'],
  runbook: annotations['runbook_url'],
  silencedBy: silences.map(({ id, createdBy, comment, endsAt }) => ({
    id,
    by: createdBy,
    until: endsAt === undefined ? undefined : iso(endsAt),
    comment,
  })),
  inhibitedBy: [...inhibitedBy],
  mutedBy: [...mutedBy],
});

function counted(alerts: readonly Alert[]): z.output<typeof Counts> {
  const real = alerts.filter(({ watchdog }) => !watchdog);
  const loud = real.filter((alert) => alert.state === 'firing' && !isHeldBack(alert));
  const of = (weight: Alert['weight']): number =>
    loud.filter((alert) => alert.weight === weight).length;
  return {
    critical: of('critical'),
    warning: of('warning'),
    info: of('info'),
    heldBack: real.filter(isHeldBack).length,
    pending: real.filter(({ state }) => state === 'pending').length,
    watchdogs: alerts.length - real.length,
  };
}

/** What a filter left out is never called silent. */
function verdict(
  { critical, warning, info, heldBack, pending, watchdogs }: z.output<typeof Counts>,
  total: number,
  among: number,
): string {
  const filtered = total < among;
  if (filtered && total === 0)
    return `No alert matches; without the filter ${among} ${among === 1 ? 'fires or is' : 'fire or are'} pending.`;
  const firing = critical + warning + info;
  const detail = [
    critical && `${critical} critical`,
    warning && `${warning} warning`,
    info && `${info} info`,
  ]
    .filter(Boolean)
    .join(', ');
  const nothing = !filtered && (heldBack > 0 ? 'Nothing fires aloud' : 'Nothing fires');
  return `${filtered ? `${total} of ${plural(among, 'alert')} ${total === 1 ? 'matches' : 'match'}: ` : ''}${[
    firing === 0 ? nothing : `${firing} firing (${detail})`,
    heldBack > 0 && `${heldBack} silenced or inhibited`,
    (!filtered || pending > 0) && `${pending} pending`,
    watchdogs > 0 &&
      `${plural(watchdogs, 'watchdog')} firing, as ${watchdogs === 1 ? 'it' : 'they'} should`,
  ]
    .filter(Boolean)
    .join('; ')}.`;
}

const holding = ({ silencedBy, inhibitedBy, mutedBy }: Row): string =>
  [
    ...silencedBy.map(
      ({ by, until, comment }) =>
        `silenced by ${by || 'somebody'}${until ? ` until ${until}` : ''}${comment ? ` (${comment})` : ''}`,
    ),
    inhibitedBy.length > 0 && `inhibited by ${inhibitedBy.join(', ')}`,
    mutedBy.length > 0 && `muted in ${mutedBy.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');

function whoWasTold(
  { state, knownTo, instance }: Row,
  alertmanagers: readonly { instance: string; state: string }[],
): string {
  if (state === 'pending') return 'not yet';
  if (knownTo !== 'prometheus') return knownTo === 'both' ? 'yes' : 'yes, not by this Prometheus';
  return alertmanagers.find((one) => one.instance === instance)?.state === 'ok'
    ? 'no: Alertmanager does not have it'
    : 'not known';
}

const saying = ({ name, labels, summary, description, runbook }: Row): string[] => {
  const words = [summary, description, runbook].flatMap((part) =>
    part ? [oneLine(part, 400)] : [],
  );
  return words.length === 0
    ? []
    : [`${name}${labels['instance'] ? ` ${labels['instance']}` : ''}: ${words.join(' / ')}`];
};
