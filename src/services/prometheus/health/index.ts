import type { Check, Finding, Report } from '../../../core/health.ts';
import { distinct, isHeldBack, situationOf, type Alert } from '../alerts.ts';
import { health as examined, type Prometheus } from '../client.ts';
import { alertFindings } from './alerts.ts';
import { pipelineFindings, type Pipeline } from './pipeline.ts';
import { targetFindings } from './targets.ts';
import type { Labels, Target } from '../schema/index.ts';

/** What one Prometheus says; `undefined` was not answered. */
interface Part extends Pipeline {
  instance: string;
  version: string;
  targets: readonly Target[] | undefined;
  /** Labels of the targets that are down for longer than a restart takes. */
  gone: readonly Labels[] | undefined;
}
type Placed = Alert & { instance: string };

export const health = examined(async (fleet, check) => {
  const several = fleet.names.length > 1;
  const answers = await fleet.all((prometheus, instance) =>
    examine(prometheus, (what, ask) => check(several ? `${what} of ${instance}` : what, ask)),
  );
  const parts = answers.map(({ instance, value }): Part => ({ instance, ...value }));
  const alerts = distinct(
    parts.flatMap(
      ({ instance, situation }) =>
        situation?.alerts.map((alert): Placed => ({ ...alert, instance })) ?? [],
    ),
  );
  const findings = parts.flatMap((part) => {
    const own = findingsOf(
      part,
      alerts.filter(({ instance }) => instance === part.instance),
    );
    return several ? own.map((finding) => placed(finding, part.instance)) : own;
  });
  return {
    version: [...new Set(parts.map(({ version }) => version))].join(', '),
    findings,
    ...figures(parts, alerts),
  };
});

/** Only the version must be had: without it nothing answers at all. */
async function examine(prometheus: Prometheus, check: Check): Promise<Omit<Part, 'instance'>> {
  // Alone, because the server checks a password with bcrypt, one request at a time, until the first one is through and remembered.
  const version = await prometheus.version();
  const [situation, targets, rules, receivers, runtime] = await Promise.all([
    check('alerts', () => situationOf(prometheus)),
    check('targets', () => prometheus.targets()),
    check('rules', () => prometheus.rules()),
    check('the Alertmanagers it sends to', () => prometheus.alertmanagers()),
    check('its configuration', () => prometheus.runtime()),
  ]);
  const missing = situation?.alertmanager;
  if (missing && 'problem' in missing && missing.state !== 'unreachable')
    await check('silences', () => Promise.reject(new Error(missing.problem)));
  const gone = targets?.some(({ health }) => health === 'down')
    ? await check('how long targets are down', () => longDown(prometheus))
    : [];
  return {
    version,
    situation,
    targets,
    gone,
    rules,
    receivers,
    runtime,
    settings: prometheus.settings,
    now: prometheus.now(),
  };
}

/** Labels of the targets that have not answered once in as long as a restart may take. */
async function longDown(prometheus: Prometheus): Promise<Labels[] | undefined> {
  const seconds = Math.round(prometheus.settings.targetDownMinutes * 60);
  if (seconds === 0) return undefined;
  const { series } = await prometheus.query(
    `max_over_time(up[${seconds}s]) == 0`,
    prometheus.now() / 1000,
  );
  return series.map(({ labels }) => labels);
}

const findingsOf = (part: Part, alerts: readonly Alert[]): Finding[] => [
  ...alertFindings(alerts),
  ...pipelineFindings(part),
  ...targetFindings(part.targets ?? [], part.gone, alerts),
];

/** With several servers, a finding says whose it is, and the call that digs deeper asks that one. */
const placed = ({ id, next, subject, ...finding }: Finding, instance: string): Finding => ({
  ...finding,
  id: id.replace('/', `/${instance}/`),
  subject: `${instance}: ${subject}`,
  next: next && { ...next, arguments: { ...next.arguments, instance } },
});

/** Figures of all instances together; one that nobody answered is left out. */
function figures(
  parts: readonly Part[],
  alerts: readonly Alert[],
): Pick<Report, 'facts' | 'headline'> {
  const real = alerts.filter(({ watchdog }) => !watchdog);
  const firing = real.filter(({ state }) => state === 'firing');
  const held = firing.filter(isHeldBack).length;
  const pending = real.length - firing.length;
  const targets = parts.flatMap((part) => part.targets ?? []);
  const up = targets.filter((target) => target.health === 'up').length;
  const knows = (part: 'situation' | 'targets' | 'rules'): boolean =>
    parts.some((one) => one[part] !== undefined);
  return {
    facts: {
      ...(knows('situation') && { alerts: firing.length - held }),
      ...(held > 0 && { silenced: held }),
      ...(pending > 0 && { pending }),
      ...(knows('targets') && { targets: `${up}/${targets.length} up` }),
      ...(knows('rules') && { rules: parts.flatMap(({ rules }) => rules ?? []).length }),
    },
    headline: [
      knows('situation') && `alerts ${firing.length - held}`,
      knows('targets') && `targets ${up}/${targets.length} up`,
    ]
      .filter(Boolean)
      .join(', '),
  };
}
