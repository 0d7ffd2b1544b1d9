import type { Finding } from '../core/health.ts';
import type { Gap } from '../core/gap.ts';
import { jsonLine, oneLine } from '../core/base/text.ts';

interface Shown extends Pick<Finding, 'id' | 'severity' | 'subject' | 'message'> {
  next?: { tool: string; arguments: Readonly<Record<string, unknown>> } | undefined;
}

/** One incident, by the id of the finding at its root. */
interface ShownIncident extends Pick<Finding, 'id' | 'severity'> {
  cause?: string | undefined;
  suspicion?: string | undefined;
  next?: Shown['next'];
  so?: Readonly<Record<string, readonly string[]>> | undefined;
}

const order = { critical: 0, warning: 1, info: 2 } as const;
/** So many findings of one kind that say the same become one line. */
const alike = 3;
/** Subjects that such a line names, and parts that one line of gaps does. */
const maxNamed = 20;
const longestMessage = 500;

/** What follows, in one line: kinds, and subjects of each. */
const maxKinds = 8;
const maxFollowing = 8;

/** One line for each incident and one for what follows from it, the worst first; those that say the same of many things are told together. An incident whose cause is not among the findings is told elsewhere. */
export function incidentsText(
  incidents: readonly ShownIncident[],
  findings: readonly Shown[],
): string {
  const causes = new Map(findings.map((finding) => [finding.id, finding]));
  const groups = new Map<string, { cause: Shown; incident: ShownIncident }[]>();
  for (const incident of incidents.toSorted((a, b) => order[a.severity] - order[b.severity])) {
    const cause = causeOf(incident, causes);
    if (!cause) continue;
    const key = signatureOf(cause);
    const group = groups.get(key);
    if (group) group.push({ cause, incident });
    else groups.set(key, [{ cause, incident }]);
  }
  return [...groups.values()]
    .flatMap((group) =>
      group.length < alike
        ? group.flatMap(({ cause, incident }) => [findingLine(cause), soText([incident])])
        : [
            groupLine(group.map(({ cause }) => cause)),
            soText(group.map(({ incident }) => incident)),
          ],
    )
    .filter(Boolean)
    .join('\n');
}

/** What is said first of an incident, as severe as the worst in it; what follows says why. */
function causeOf(
  { id, severity, cause, suspicion, next }: ShownIncident,
  causes: ReadonlyMap<string, Shown>,
): Shown | undefined {
  if (suspicion !== undefined) return { id, severity, subject: id, message: suspicion, next };
  const finding = cause === undefined ? undefined : causes.get(cause);
  return finding && { ...finding, severity };
}

/** `  so: upstream down: 10.0.20.9:80; alert: GuestDown on nas1` */
export function soText(incidents: readonly ShownIncident[]): string {
  const following = new Map<string, string[]>();
  for (const { so = {} } of incidents)
    for (const [kind, subjects] of Object.entries(so))
      following.set(kind, [...(following.get(kind) ?? []), ...subjects]);
  if (following.size === 0) return '';
  const kinds = [...following].map(
    ([kind, subjects]) => `${kind}: ${named(subjects, maxFollowing)}`,
  );
  const others = kinds.length - maxKinds;
  return `  so: ${kinds.slice(0, maxKinds).join('; ')}${others > 0 ? `; and ${others} other kinds` : ''}`;
}

/** What a finding says, without what it says it of: equal for the same trouble of many things in one place. */
function signatureOf({ id, severity, subject, message }: Shown): string {
  const [kind = '', ...parts] = id.split('/');
  const inBrackets = /\(([^()]*)\)/.exec(message)?.[1] ?? '';
  const own = new Set([...parts, ...wordsOf(subject), ...wordsOf(inBrackets)]);
  const said = message.replace(words, (word) => (own.has(word) ? '#' : word));
  return `${severity} ${kind} ${said}`;
}

const words = /[^\s(),:]+/g;
const wordsOf = (text: string): readonly string[] => text.match(words) ?? [];

const nextText = ({ next }: Shown): string =>
  next ? ` → ${next.tool} ${jsonLine(next.arguments)}` : '';

const findingLine = (finding: Shown): string =>
  `${finding.severity.toUpperCase()} ${finding.id}: ${oneLine(finding.message, longestMessage)}${nextText(finding)}`;

function groupLine(group: readonly Shown[]): string {
  const [first, ...others] = group;
  if (!first) return '';
  return `${findingLine({ ...first, next: undefined })}; the same of ${others.length} more: ${named(others.map(({ subject }) => oneLine(subject, 60)))}${nextText(first)}`;
}

/** What was not looked at in one service: each reason once, with all that it keeps from being known. */
export function gapLines(title: string, gaps: readonly Gap[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, why } of gaps) {
    const parts = byReason.get(why);
    if (parts) parts.push(what);
    else byReason.set(why, [what]);
  }
  return [...byReason].map(([why, parts]) => `NOT CHECKED ${title}: ${named(parts)} (${why})`);
}

const named = (names: readonly string[], max = maxNamed): string =>
  names.length > max
    ? `${names.slice(0, max).join(', ')} and ${names.length - max} more`
    : names.join(', ');
