import * as z from 'zod';
import { suggestionFor } from '../core/base/nearest.ts';
import { InputError } from '../core/base/errors.ts';
import type { Finding } from '../core/health.ts';
import { lines } from '../core/base/table.ts';
import { gapLines, incidentsText } from './health-lines.ts';
import type { Incident } from './incidents/incident.ts';
import { incidentRow, IncidentRow } from './incidents/incident-row.ts';
import type { KnownFinding } from './incidents/known-finding.ts';
import { lookAt } from './look.ts';
import { OpenWrite, openWrites, openWriteText } from './open-writes.ts';
import { homelabRead } from './read-tool.ts';
import { omittedText, problemsText, servicesText } from './service-lines.ts';
import { ServiceRow, serviceRow, shortGaps } from './service-row.ts';
import { verdictOf } from './verdict.ts';

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
      .array(OpenWrite)
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
      ...unknownWrites.map(openWriteText),
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
