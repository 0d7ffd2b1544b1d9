import * as z from 'zod';
import { kindOf, type Ref } from '../../core/map.ts';
import { oneLine } from '../../core/base/text.ts';
import { plural } from '../../core/base/units.ts';
import type { HomelabMap } from '../map/map.ts';
import type { Consequence, Incident } from './incident.ts';
import type { KnownFinding } from './known-finding.ts';

/** A call that digs deeper. Its arguments are shown as JSON, so they can stay as they are. */
export const Next = z.object({
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()).meta({ multiline: true }),
});

/** One incident as it is told. */
export const IncidentRow = z.object({
  id: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  cause: z.string().optional().describe('Finding at its root; none: a suspicion'),
  suspicion: z.string().optional(),
  next: Next.optional(),
  so: z
    .record(z.string(), z.array(z.string()))
    .optional()
    .describe('What follows, by kind of finding'),
  also: z.array(z.string()).optional().describe('Ids of other causes of what follows'),
  because: z.array(z.string()).optional().describe('Ways from what follows to the cause'),
  findings: z.array(z.string()).describe('Ids, the cause first'),
  findingsTotal: z.int().optional(),
});
export type IncidentRow = z.output<typeof IncidentRow>;

/** Findings, subjects of a kind, and ways that a row names. */
const maxFindings = 50;
const maxSubjects = 20;
const maxWays = 5;

export function incidentRow(incident: Incident<KnownFinding>, map: HomelabMap): IncidentRow {
  const { id, severity, cause, suspect, consequences } = incident;
  const findings = [...(cause ? [cause] : []), ...consequences.map(({ finding }) => finding)];
  const ways = [...new Set(consequences.flatMap(({ path }) => wayText(path, map)))];
  const also = [
    ...new Set(consequences.flatMap(({ also: causes = [] }) => causes.map((cause) => cause.id))),
  ];
  const next = suspect && map.things.get(suspect)?.more;
  return {
    id,
    severity,
    ...(cause && { cause: cause.id }),
    ...(suspect && { suspicion: suspicionText(suspect, consequences, map) }),
    ...(next && { next }),
    ...(consequences.length > 0 && { so: consequencesByKind(consequences, map) }),
    ...(also.length > 0 && { also: also.slice(0, maxFindings) }),
    ...(ways.length > 0 && { because: ways.slice(0, maxWays) }),
    findings: findings.slice(0, maxFindings).map((finding) => finding.id),
    ...(findings.length > maxFindings && { findingsTotal: findings.length }),
  };
}

const suspicionText = (
  suspect: Ref,
  consequences: readonly Consequence[],
  map: HomelabMap,
): string =>
  `${plural(consequences.length, 'finding')} without a cause of their own have ${thingText(suspect, map)} in common, of which nothing is known to be wrong: look there first`;

/** `node pve2` */
export const thingText = (ref: Ref, map: HomelabMap): string =>
  `${kindOf(ref)} ${oneLine(map.things.get(ref)?.title ?? ref, 60)}`;

/** `upstream down`, as the id has it, and what of. */
function consequencesByKind(
  consequences: readonly Consequence<KnownFinding>[],
  map: HomelabMap,
): Record<string, string[]> {
  const byKind = new Map<string, Set<string>>();
  for (const { finding, also } of consequences) {
    const kind = kindText(finding);
    const subjects = byKind.get(kind);
    const subject = `${subjectText(finding, map)}${alsoText(also)}`;
    if (subjects) subjects.add(subject);
    else byKind.set(kind, new Set([subject]));
  }
  return Object.fromEntries(
    [...byKind].map(([kind, subjects]) => [kind, bounded([...subjects], maxSubjects)]),
  );
}

const maxAlso = 3;

/** ` (also dns2)`: what else would explain it. */
function alsoText(causes: readonly KnownFinding[] = []): string {
  if (causes.length === 0) return '';
  const subjects = new Set(causes.map(({ subject }) => shortSubject(subject)));
  return ` (also ${bounded([...subjects], maxAlso).join(', ')})`;
}

const bounded = (names: readonly string[], max: number): string[] =>
  names.length > max ? [...names.slice(0, max), `${names.length - max} more`] : [...names];

/** `caddy.upstream-down/10.0.30.61:8000` is an `upstream down`. */
const kindText = ({ id }: KnownFinding): string =>
  (/^[^./]*\.([^/]+)/.exec(id)?.[1] ?? id).replaceAll('-', ' ');

const longestSubject = 60;

/** Of a long list in brackets what stands before it: the finding itself has the list. */
function shortSubject(subject: string): string {
  const bracket = subject.indexOf(' (');
  const isLong = subject.length > longestSubject && bracket > 0;
  return oneLine(isLong ? subject.slice(0, bracket) : subject, longestSubject);
}

/** What it is about, and, of a way to something, what it is a way for. */
function subjectText({ subject, about }: KnownFinding, map: HomelabMap): string {
  const own = shortSubject(subject);
  const sites = about
    .filter((ref) => kindOf(ref) === 'upstream')
    .flatMap((ref) => map.above(ref))
    .flatMap((ref) => (kindOf(ref) === 'site' ? (map.things.get(ref)?.title ?? []) : []));
  const [first] = sites;
  if (first === undefined) return own;
  return `${own} of ${oneLine(first, 60)}${sites.length > 1 ? ` and ${sites.length - 1} more` : ''}`;
}

const wayText = (path: readonly Ref[], map: HomelabMap): string[] =>
  path.length < 2
    ? []
    : [path.map((ref) => oneLine(map.things.get(ref)?.title ?? ref, 60)).join(' → ')];
