import { unlessUnread, type Finding, type Report } from '../../../core/health.ts';
import { idOf, type Thing } from '../../../core/map.ts';
import { isHeldBack, isInhibitor, withoutDuplicates, type Alert } from '../alerts.ts';
import { health as defineHealth } from '../client.ts';
import { thingsOf } from '../things.ts';
import { alertmanagerFindings } from './alertmanager.ts';
import { alertFindings } from './alerts.ts';
import { examine, isSilent, type Checkup } from './checkup.ts';
import { configurationFindings } from './configuration.ts';
import { onInstance } from './finding.ts';
import { ruleFindings } from './rules.ts';
import { targetFindings } from './targets.ts';
import { watchdogFindings } from './watchdogs.ts';

type InstanceAlert = Alert & { instance: string };

/** All instances at once. The alerts of one that stands in the Alertmanager of another are counted once. */
export const health = defineHealth(async (fleet, check) => {
  const { several } = fleet;
  const answers = await fleet.all((prometheus, instance) =>
    examine(prometheus, instance, (what, ask, options) =>
      check(several ? `${what} of ${instance}` : what, ask, options),
    ),
  );
  const checkups = answers.map(({ value }) => value);
  const alerts = withoutDuplicates(
    checkups.flatMap(
      ({ instance, alerts: merged }) =>
        merged?.alerts.map((alert): InstanceAlert => ({ ...alert, instance })) ?? [],
    ),
  );
  const findings = checkups.flatMap((checkup) => {
    const { instance } = checkup;
    const own = findingsOf(
      checkup,
      alerts.filter((alert) => alert.instance === instance),
    );
    return several ? own.map((finding) => onInstance(finding, instance)) : own;
  });
  return {
    version: [...new Set(checkups.flatMap(({ version }) => version ?? []))].join(', ') || undefined,
    findings,
    things: withPlaces(
      checkups.flatMap((checkup) =>
        thingsOf({ ...checkup, several, alertmanager: stateOfAlertmanager(checkup) }),
      ),
      findings,
    ),
    ...figures(checkups, alerts, fleet.without),
  };
});

/** `alerts` are those of this instance that no other one lists. */
const findingsOf = (checkup: Checkup, alerts: readonly Alert[]): Finding[] => [
  ...alertFindings(checkup, alerts),
  ...alertmanagerFindings(checkup),
  ...configurationFindings(checkup),
  ...ruleFindings(checkup),
  ...watchdogFindings(checkup),
  ...targetFindings(checkup, alerts),
];

function stateOfAlertmanager({ alerts }: Checkup): Thing['state'] {
  if (!alerts) return 'unknown';
  if (alerts.alertmanager.state === 'ok') return 'up';
  return isSilent(alerts.alertmanager) ? 'down' : 'unknown';
}

/** The things, and every address and name that only an alert knows of. */
function withPlaces(things: readonly Thing[], findings: readonly Finding[]): Thing[] {
  const known = new Set(things.map(({ ref }) => ref));
  const subjects = new Set(findings.flatMap(({ about = [] }) => about));
  const places = [...subjects].filter((ref) => !known.has(ref));
  return [...things, ...places.map((ref) => ({ ref, title: idOf(ref), links: [] }))];
}

/** Figures of all instances together. What no instance answered was not read, and what one did not answer is said beside the figure. */
function figures(
  checkups: readonly Checkup[],
  alerts: readonly Alert[],
  without: ReadonlySet<string>,
): Pick<Report, 'facts' | 'headline'> {
  const real = alerts.filter((alert) => !alert.watchdog && !isInhibitor(alert));
  const firing = real.filter(({ state }) => state === 'firing');
  const heldBack = firing.filter(isHeldBack).length;
  const pending = real.length - firing.length;
  const targets = checkups.flatMap((checkup) => checkup.targets ?? []);
  const up = targets.filter((target) => target.health === 'up').length;
  const rules = checkups.flatMap((checkup) => checkup.rules ?? []);
  const figure = (part: Part, value: string | number): string | number | undefined =>
    checkups.some((checkup) => checkup[part] !== undefined)
      ? noted(value, checkups, part)
      : undefined;
  const aloud =
    alerts.length === 0 && evaluatesNothing(checkups) ? 'no rules' : firing.length - heldBack;
  const share = `${up}/${targets.length} up`;
  return {
    facts: {
      ...(!without.has('alerts') && { alerts: figure('alerts', aloud) }),
      ...(heldBack > 0 && { silenced: heldBack }),
      ...(pending > 0 && { pending }),
      ...(!without.has('targets') && { targets: figure('targets', share) }),
      ...(!without.has('alerts') && { rules: figure('rules', rules.length) }),
    },
    headline: [
      !without.has('alerts') &&
        unlessUnread('alerts', figure('alerts', aloud), (value) =>
          value === 'no rules' ? 'no alert rules' : `alerts ${value}`,
        ),
      !without.has('targets') &&
        unlessUnread('targets', figure('targets', share), (value) => `targets ${value}`),
    ]
      .filter(Boolean)
      .join(', '),
  };
}

type Part = 'alerts' | 'targets' | 'rules';

/** That nothing fires says nothing where no rule could. */
const evaluatesNothing = (checkups: readonly Checkup[]): boolean =>
  checkups.every(({ rules }) => rules?.every(({ type }) => type !== 'alerting') === true);

/** A figure, and the instances it lacks. */
function noted(figure: string | number, checkups: readonly Checkup[], part: Part): string | number {
  const unread = checkups.filter((checkup) => checkup[part] === undefined);
  return unread.length === 0
    ? figure
    : `${figure} (not read: ${unread.map(({ instance }) => instance).join(', ')})`;
}
