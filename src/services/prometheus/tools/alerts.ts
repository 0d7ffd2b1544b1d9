import * as z from 'zod';
import { rows, type Fleet } from '../../../core/fleet.ts';
import { page, pageInput } from '../../../core/page.ts';
import { iso } from '../../../core/base/units.ts';
import { isHeldBack, sortAlerts, withoutDuplicates, type Alert } from '../alerts.ts';
import { read, type Prometheus } from '../client.ts';
import { mergeAlerts } from '../merge-alerts.ts';
import { formatValue, parseValue } from '../statistics.ts';
import { AlertsOutput, alertsText, type AlertCounts, type AlertRow } from './alerts-output.ts';

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
    ...pageInput(),
  }),
  output: AlertsOutput,
  rows: 'alerts',
  narrow: 'filter by name, severity or state',
  async run({ state, severity, name, ...request }, fleet) {
    const answers = await fleet.all((prometheus) => mergeAlerts(prometheus));
    const alerts = sortAlerts(
      withoutDuplicates(
        rows(answers.map(({ instance, value }) => ({ instance, value: value.alerts }))),
      ),
    );
    const matching = alerts.filter(
      (alert) =>
        (state === 'all' || alert.state === state) &&
        (severity === undefined || alert.severity.toLowerCase() === severity.toLowerCase()) &&
        (name === undefined || alert.name.toLowerCase().includes(name.toLowerCase())),
    );
    const { rows: shown, ...counted } = page(matching, request);
    const noRules = alerts.length === 0 && (await evaluatesNothing(fleet));
    return {
      alerts: shown.map(toRow),
      ...counted,
      among: alerts.length,
      counts: countAlerts(matching),
      ...(noRules && { noRules }),
      alertmanagers: answers.map(({ instance, value: { alertmanager } }) => ({
        instance,
        state: alertmanager.state,
        ...('problem' in alertmanager && { problem: alertmanager.problem }),
      })),
    };
  },
  text: alertsText,
});

/** Whether no server evaluates a single alert rule: a store such as VictoriaMetrics leaves that to another program. Unknown is no. */
async function evaluatesNothing(fleet: Fleet<Prometheus>): Promise<boolean> {
  const answers = await fleet.all((prometheus) => prometheus.rules().catch(() => undefined));
  return answers.every(
    ({ value }) => value !== undefined && value.every(({ type }) => type !== 'alerting'),
  );
}

const toRow = ({
  weight: _,
  since,
  value,
  annotations,
  silences,
  inhibitedBy,
  mutedBy,
  ...alert
}: Alert & { instance: string }): z.input<typeof AlertRow> => ({
  ...alert,
  since: since === undefined ? undefined : iso(since),
  value: value === undefined ? undefined : formatValue(parseValue(value)),
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

function countAlerts(alerts: readonly Alert[]): z.output<typeof AlertCounts> {
  const real = alerts.filter(({ watchdog }) => !watchdog);
  const loud = real.filter((alert) => alert.state === 'firing' && !isHeldBack(alert));
  const weighing = (weight: Alert['weight']): number =>
    loud.filter((alert) => alert.weight === weight).length;
  return {
    critical: weighing('critical'),
    warning: weighing('warning'),
    info: weighing('info'),
    heldBack: real.filter(isHeldBack).length,
    pending: real.filter(({ state }) => state === 'pending').length,
    watchdogs: alerts.length - real.length,
  };
}
