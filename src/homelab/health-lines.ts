import type { Finding } from '../core/health.ts';
import type { Gap } from '../core/gap.ts';
import { jsonLine, oneLine } from '../core/base/text.ts';

interface Shown extends Pick<Finding, 'id' | 'severity' | 'subject' | 'message'> {
  next?: { tool: string; arguments: Readonly<Record<string, unknown>> } | undefined;
}

const order = { critical: 0, warning: 1, info: 2 } as const;
/** So many findings of one kind that say the same become one line. */
const alike = 3;
/** Subjects that such a line names, and parts that one line of gaps does. */
const maxNamed = 20;
const longestMessage = 500;

/** One line for each finding, the worst first; those that say the same of many things are one line that names them. */
export function findingsText(findings: readonly Shown[]): string {
  const groups = new Map<string, Shown[]>();
  for (const finding of findings.toSorted((a, b) => order[a.severity] - order[b.severity])) {
    const key = signatureOf(finding);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()]
    .flatMap((group) => (group.length < alike ? group.map(findingLine) : [groupLine(group)]))
    .join('\n');
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

const named = (names: readonly string[]): string =>
  names.length > maxNamed
    ? `${names.slice(0, maxNamed).join(', ')} and ${names.length - maxNamed} more`
    : names.join(', ');
