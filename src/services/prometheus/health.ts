import type { Check, Finding, Report } from '../../core/health.ts';
import { isHeldBack, situationOf, type Alert, type Situation } from './alerts.ts';
import { doctor as diagnosed, health as examined, type Prometheus } from './client.ts';
import { alertFindings } from './findings/alerts.ts';
import { pipelineFindings } from './findings/pipeline.ts';
import { targetFindings } from './findings/targets.ts';
import type { Labels } from './schema.ts';

/** What one Prometheus says; `undefined` was not answered. */
interface Part {
  version: string;
  situation: Situation | undefined;
  up: number | undefined;
  targets: number | undefined;
  rules: number | undefined;
  findings: Finding[];
}

export const health = examined(async (fleet, check) => {
  const parts = await fleet.all((prometheus, instance) => examine(prometheus, check, fleet.names.length > 1 ? instance : undefined));
  return reportOf(parts.map(({ value }) => value));
});

/** Only the version must be had: without it nothing answers at all. */
async function examine(prometheus: Prometheus, check: Check, instance: string | undefined): Promise<Part> {
  const of = (what: string): string => (instance ? `${what} of ${instance}` : what);
  const [version, situation, targets, rules, receivers, runtime] = await Promise.all([
    prometheus.version(),
    check(of('alerts'), () => situationOf(prometheus)),
    check(of('targets'), () => prometheus.targets()),
    check(of('rules'), () => prometheus.rules()),
    check(of('the Alertmanagers it sends to'), () => prometheus.alertmanagers()),
    check(of('its configuration'), () => prometheus.runtime()),
  ]);
  const missing = situation?.alertmanager;
  if (missing && 'problem' in missing && missing.state !== 'unreachable') await check(of('silences'), () => Promise.reject(new Error(missing.problem)));
  const gone = targets?.some(({ health }) => health === 'down') ? await check(of('how long targets are down'), () => longDown(prometheus)) : [];
  const findings = [
    ...alertFindings(situation?.alerts ?? []),
    ...pipelineFindings({ situation, rules, receivers, runtime, settings: prometheus.settings, now: prometheus.now() }),
    ...targetFindings(targets ?? [], gone, situation?.alerts ?? []),
  ];
  return {
    version, situation, up: targets?.filter(({ health }) => health === 'up').length, targets: targets?.length, rules: rules?.length,
    findings: instance === undefined ? findings : findings.map((finding) => placed(finding, instance)),
  };
}

/** Labels of the targets that have not answered once in as long as a restart may take. */
async function longDown(prometheus: Prometheus): Promise<Labels[] | undefined> {
  const seconds = Math.round(prometheus.settings.targetDownMinutes * 60);
  if (seconds === 0) return undefined;
  const { series } = await prometheus.query(`max_over_time(up[${seconds}s]) == 0`, prometheus.now() / 1000);
  return series.map(({ labels }) => labels);
}

/** With several servers, a finding says whose it is, and the call that digs deeper asks that one. */
const placed = ({ id, next, subject, ...finding }: Finding, instance: string): Finding => ({
  ...finding,
  id: id.replace('/', `/${instance}/`),
  subject: `${instance}: ${subject}`,
  next: next && { ...next, arguments: { ...next.arguments, instance } },
});

const sum = (values: readonly (number | undefined)[]): number | undefined =>
  values.every((value) => value === undefined) ? undefined : values.reduce<number>((total, value) => total + (value ?? 0), 0);

function reportOf(parts: readonly Part[]): Report {
  const alerts = parts.flatMap(({ situation }) => situation?.alerts ?? []).filter(({ state, watchdog }) => state === 'firing' && !watchdog);
  const firing = parts.some(({ situation }) => situation) ? alerts.filter((alert) => !isHeldBack(alert)).length : undefined;
  const held = alerts.filter(isHeldBack).length;
  const pending = parts.flatMap(({ situation }) => situation?.alerts ?? []).filter(({ state }: Alert) => state === 'pending').length;
  const targets = sum(parts.map((part) => part.targets));
  const up = sum(parts.map((part) => part.up));
  const rules = sum(parts.map((part) => part.rules));
  const facts = {
    ...(firing !== undefined && { alerts: firing }),
    ...(held > 0 && { silenced: held }),
    ...(pending > 0 && { pending }),
    ...(targets !== undefined && up !== undefined && { targets: `${up}/${targets} up` }),
    ...(rules !== undefined && { rules }),
  };
  const headline = [firing !== undefined && `alerts ${firing}`, targets !== undefined && `targets ${up}/${targets} up`].filter(Boolean).join(', ');
  return { version: [...new Set(parts.map(({ version }) => version))].join(', '), headline, facts, findings: parts.flatMap(({ findings }) => findings) };
}

export const doctor = diagnosed(async (prometheus) => {
  const version = await prometheus.version();
  const [queries, alertmanager, receivers] = await Promise.all([
    prometheus.query('vector(1)', prometheus.now() / 1000).then(() => true, () => false),
    prometheus.alertmanager?.version().then((found) => ({ found }), (error: Error) => ({ error: error.message })),
    prometheus.alertmanagers().catch(() => []),
  ]);
  const alerting = 'Alertmanager: silences';
  const known = receivers[0];
  return {
    version: alertmanager && 'found' in alertmanager ? `${version}, Alertmanager ${alertmanager.found}` : version,
    rights: [
      { what: 'evaluate PromQL', granted: queries, ...(!queries && { fix: 'Point PROMETHEUS_URL at a server that stores samples (not an agent), and let its proxy pass /api/v1/query.' }) },
      !alertmanager
        ? { what: alerting, granted: 'unknown', fix: `Set PROMETHEUS_ALERTMANAGER_URL${known ? ` (Prometheus sends to ${known})` : ''} to see what is silenced.` }
        : 'found' in alertmanager ? { what: alerting, granted: true } : { what: alerting, granted: false, fix: alertmanager.error },
    ],
  };
});
