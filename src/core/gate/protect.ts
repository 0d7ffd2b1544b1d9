import { nearest } from '../base/nearest.ts';
import { matcherFor, type LabelForm } from './protect-forms.ts';

export { globPattern, type LabelForm } from './protect-forms.ts';

/** The kinds of labels that the plans of writes carry, and what the values of each are. */
export type LabelKinds = Readonly<Record<string, LabelForm>>;

/**
 * What no write may touch. A plan labels what it touches (`vmid:104`, `name:db-1`, `tag:production`, `dns:nas.example.net`);
 * a rule is `kind:pattern`, where `*` stands for anything. Pattern and label are compared in the form of their kind, so that two spellings of one thing are the same.
 */
export interface Rule {
  text: string;
  matches(label: string): boolean;
}

/** Reads `LARES_PROTECT`. A rule that cannot be understood, whose kind no write knows, or that could never match anything is added to `problems`: until it is mended, writes are off. */
export function parseProtectRules(
  text: string,
  problems: string[],
  kinds: LabelKinds = {},
): Rule[] {
  const rules: Rule[] = [];
  for (const part of text.split(/[,\n]/)) {
    const written = part.trim();
    if (written === '') continue;
    const rule = parseRule(written, kinds);
    if (typeof rule === 'string') problems.push(`LARES_PROTECT: ${rule}`);
    else rules.push(rule);
  }
  return rules;
}

/** One rule, or what is wrong with it. */
function parseRule(text: string, kinds: LabelKinds): Rule | string {
  const [, kind, pattern] = /^([a-z_]+):(\S.*)$/s.exec(text) ?? [];
  if (kind === undefined || pattern === undefined)
    return `${JSON.stringify(text)} is not like kind:pattern`;
  const names = Object.keys(kinds);
  if (names.length > 0 && !names.includes(kind))
    return `${text} protects nothing: ${unknownKind(kind, names)}`;
  const [, second] = /[\s;]([a-z_]+):/.exec(pattern) ?? [];
  if (second !== undefined && names.includes(second))
    return `${JSON.stringify(text)} is two rules: put a comma between them`;
  const matches = matcherFor(kinds[kind] ?? 'text', pattern);
  if (typeof matches === 'string') return `${text} protects nothing: it ${matches}`;
  return {
    text,
    matches: (label) => label.startsWith(`${kind}:`) && matches(label.slice(kind.length + 1)),
  };
}

function unknownKind(kind: string, kinds: readonly string[]): string {
  const near = nearest(kind, kinds);
  return near
    ? `did you mean ${near}:?`
    : `no write knows the kind ${kind}, only ${[...kinds].sort().join(', ')}`;
}

/** The first rule that covers one of the labels. */
export const matchingRule = (
  labels: readonly string[],
  rules: readonly Rule[],
): string | undefined => rules.find((rule) => labels.some((label) => rule.matches(label)))?.text;
