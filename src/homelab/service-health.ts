import * as z from 'zod';
import { suggestionFor } from '../core/base/nearest.ts';
import { InputError, messageOf } from '../core/base/errors.ts';
import { Gap } from '../core/gap.ts';
import type { Finding, ReportedGap } from '../core/health.ts';
import type { Runtime } from '../core/runtime.ts';
import { lines, table } from '../core/base/table.ts';
import { count, plural } from '../core/base/units.ts';
import { gapLines, incidentsText, soText } from './health-lines.ts';
import type { Incident } from './incidents/incident.ts';
import { incidentRow, IncidentRow, Next } from './incidents/incident-row.ts';
import type { KnownFinding } from './incidents/known-finding.ts';
import { lookAt } from './look.ts';
import { homelabRead } from './read-tool.ts';
import { states as stateNames, type ServiceState } from './service-state.ts';
import { verdictOf } from './verdict.ts';

const FindingRow = z.object({
  id: z.string(),
  incident: z.string().optional().describe('Id of the incident it belongs to'),
  severity: z.enum(['critical', 'warning', 'info']),
  subject: z.string(),
  message: z.string(),
  since: z.string().optional(),
  evidence: z.string().optional(),
  next: Next.optional(),
});
const ServiceRow = z.object({
  service: z.string(),
  title: z.string(),
  state: z.enum(stateNames),
  version: z.string().optional(),
  latencyMs: z.int().optional(),
  headline: z.string().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  findings: z.array(FindingRow),
  findingsTotal: z.int().optional(),
  gaps: z.array(Gap).optional(),
  expected: z.literal(true).optional().describe('Unreachable, as what is part-time may be'),
  problem: z.string().optional(),
});
type ServiceRow = z.output<typeof ServiceRow>;

const order = { critical: 0, warning: 1, info: 2 } as const;
/** Most findings of a service, among all and asked for alone. */
const maxFindings = { together: 15, alone: 200 };
const maxIncidents = 200;

/** The verdict over every configured service, or one of them: each under its own deadline, so that none holds up the others. */
export const serviceHealth = homelabRead({
  name: 'service_health',
  title: 'Is anything broken?',
  description:
    'Check every service at once: a verdict line, then state, facts and findings, each with the call that digs deeper.',
  example: {},
  input: z.strictObject({ service: z.string().optional().describe('Only this one, by its id') }),
  output: z.object({
    verdict: z.string(),
    overall: z.enum(['ok', 'broken', 'unknown']),
    checkedAt: z.string(),
    incidents: z.array(IncidentRow).describe('Findings by what caused them'),
    incidentsTotal: z.int().optional(),
    services: z.array(ServiceRow),
    unknownWrites: z
      .array(
        z.object({
          attempt: z.string(),
          tool: z.string(),
          summary: z.string(),
          target: z.string(),
          at: z.string(),
        }),
      )
      .optional()
      .describe('Writes of the last day whose outcome nobody knows'),
    problems: z.array(z.string()).optional().describe('Configuration that was not understood'),
  }),
  async run({ service }, runtime, call) {
    const selected = runtime.services.filter(
      (configured) => service === undefined || configured.service.id === service,
    );
    if (service !== undefined && selected.length === 0)
      throw new InputError(`No service ${JSON.stringify(service)}`, {
        hint: suggestionFor(
          service,
          runtime.services.map((configured) => configured.service.id),
          (id) => runtime.services.find((known) => known.service.id === id)?.service.title ?? id,
        ),
      });
    const shown = service === undefined ? maxFindings.together : maxFindings.alone;
    const { states, incidents, map } = await lookAt(selected, runtime, call);
    const { unknownWrites, unread } = await openWrites(runtime);
    const { overall, line } = verdictOf(states, incidents, unknownWrites.length);
    const incidentOf = incidentsByFinding(incidents);
    const rank = ({ id, severity }: Finding): number =>
      order[severity] * 2 + (incidentOf.get(id) === id ? 0 : 1);
    const services = states.map(({ findings, ...state }) => ({
      ...serviceRow(state),
      findings: findings
        .toSorted((a, b) => rank(a) - rank(b))
        .slice(0, shown)
        .map(({ id, ...finding }) => ({ id, incident: incidentOf.get(id), ...finding })),
      ...(findings.length > shown && { findingsTotal: findings.length }),
    }));
    const problems = [
      ...unread,
      ...runtime.globals.problems,
      ...runtime.globals.warnings,
      ...selected.flatMap(({ warnings, weakSecrets }) => [...warnings, ...weakSecrets]),
    ];
    return {
      verdict: runtime.only
        ? `${line} This caller sees only ${runtime.only.join(', ') || 'nothing'}.`
        : line,
      overall,
      checkedAt: new Date(runtime.now()).toISOString(),
      incidents: incidents.slice(0, maxIncidents).map((incident) => incidentRow(incident, map)),
      ...(incidents.length > maxIncidents && { incidentsTotal: incidents.length }),
      services,
      ...(unknownWrites.length > 0 && { unknownWrites }),
      ...(problems.length > 0 && { problems }),
    };
  },
  text: ({ verdict, incidents, services, unknownWrites = [], problems = [] }) =>
    lines(
      verdict,
      problemsText(services, incidents),
      incidentsText(
        incidents,
        services.flatMap(({ findings }) => findings),
      ),
      ...unknownWrites.map(
        ({ attempt, summary, target, at }) =>
          `UNKNOWN OUTCOME ${summary} (started ${at}): look at ${target}; \`lares audit settle ${attempt.slice(0, 8)}\` in a terminal when it is known`,
      ),
      servicesText(services),
      omittedText(services),
      ...services.flatMap(({ title, gaps = [] }) => gapLines(title, gaps)),
      problems.map((problem) => `CONFIG ${problem}`).join('\n'),
    ),
  shorten: ({ services, incidents, incidentsTotal = incidents.length, ...answer }, share) => ({
    ...answer,
    incidents: incidents.slice(0, Math.ceil(incidents.length * share)),
    incidentsTotal,
    services: services.map(({ findings, findingsTotal = findings.length, gaps, ...row }) => ({
      ...row,
      findings: findings.slice(0, Math.ceil(findings.length * share)),
      findingsTotal,
      ...(gaps && { gaps: shortGaps(gaps, Math.ceil(gaps.length * share)) }),
    })),
  }),
});

/** One service but for its findings: what is told of it, without what only Lares needs. */
function serviceRow({
  service,
  title,
  state,
  version,
  latencyMs,
  headline,
  facts,
  gaps,
  expected,
  problem,
}: Omit<ServiceState, 'findings'>): Omit<ServiceRow, 'findings'> {
  return {
    service,
    title,
    state,
    version,
    latencyMs,
    headline,
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(gaps.length > 0 && {
      gaps: gaps.map(({ extra: _, late: __, ...gap }: ReportedGap): Gap => gap),
    }),
    expected,
    problem,
  };
}

/** Where each finding stands, by its id. */
const incidentsByFinding = (
  incidents: readonly Incident<KnownFinding>[],
): ReadonlyMap<string, string> =>
  new Map(
    incidents.flatMap(({ id, cause, consequences }) => [
      ...consequences.map(({ finding }): [string, string] => [finding.id, id]),
      ...(cause ? [[cause.id, id] as [string, string]] : []),
    ]),
  );

/** The first gaps; the others are one that says how many they are. */
function shortGaps(gaps: readonly Gap[], count: number): Gap[] {
  if (gaps.length <= count) return [...gaps];
  const why = 'left out of this answer, which would be too large';
  return [...gaps.slice(0, count), { what: plural(gaps.length - count, 'other part'), why }];
}

const omittedText = (services: readonly ServiceRow[]): string =>
  lines(
    ...services
      .filter(({ findings, findingsTotal }) => (findingsTotal ?? 0) > findings.length)
      .map(
        ({ service, title, findings, findingsTotal = 0 }) =>
          `${findingsTotal - findings.length} more findings of ${title} not shown: service_health {"service":"${service}"}`,
      ),
  );

/** Writes that began and whose end nobody saw; a journal that cannot say is a problem, not silence. */
async function openWrites({ journal }: Runtime): Promise<{
  unknownWrites: { attempt: string; tool: string; summary: string; target: string; at: string }[];
  unread: string[];
}> {
  try {
    const unknownWrites = (await journal.unknown()).map((entry) => ({
      attempt: entry.attempt,
      tool: entry.tool,
      summary: String(entry['summary']),
      target: String(entry['target']),
      at: String(entry['started'] ?? entry.at),
    }));
    return { unknownWrites, unread: [] };
  } catch (error) {
    return { unknownWrites: [], unread: [messageOf(error).message] };
  }
}

/** Why a service said nothing, and the way out, whole: it is what the operator needs now. Where something else is why, that is told instead. */
const problemsText = (
  services: readonly ServiceRow[],
  incidents: readonly IncidentRow[],
): string => {
  const following = new Set(
    incidents.flatMap(({ cause, findings }) => findings.filter((id) => id !== cause)),
  );
  return services
    .flatMap(({ service, title, state, problem, expected }) => {
      const id = `${service}.${state}`;
      if (problem === undefined || following.has(id)) return [];
      const what = `${state.replace('_', ' ').toUpperCase()}${expected ? ' (expected)' : ''}`;
      const incident = incidents.find(({ cause }) => cause === id);
      return [`${what} ${title}: ${problem}`, ...(incident ? [soText([incident])] : [])];
    })
    .join('\n');
};

const servicesText = (services: readonly ServiceRow[]): string => {
  const off = services.filter(({ state }) => state === 'not_configured').map(({ title }) => title);
  return lines(
    table(
      services.filter(({ state }) => state !== 'not_configured'),
      {
        service: ({ title }) => title,
        state: ({ state, expected }) =>
          `${state.replace('_', ' ')}${expected ? ' (expected)' : ''}`,
        version: ({ version }) => version,
        ms: ({ latencyMs }) => latencyMs,
        facts: ({ facts }) =>
          Object.entries(facts ?? {})
            .map(([key, value]) => `${key} ${typeof value === 'number' ? count(value) : value}`)
            .join(', '),
      },
      400,
    ),
    off.length > 0 && `Not configured: ${off.join(', ')}.`,
  );
};
