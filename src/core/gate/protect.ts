import { nearest } from '../base/nearest.ts';

/**
 * What no write may touch. A plan labels what it touches (`vmid:104`, `name:db-1`, `tag:production`, `dns:nas.example.net`);
 * a rule is `kind:pattern`, where `*` stands for anything and `100-110` for a range of numbers.
 */
export interface Rule {
  text: string;
  matches(label: string): boolean;
}

/** Reads `LARES_PROTECT`; `kinds` are those that the plans of writes carry. A rule that cannot be understood, or whose kind no write knows, is added to `problems`: until it is mended, writes are off. */
export function parseProtectRules(
  text: string,
  problems: string[],
  kinds: readonly string[] = [],
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
function parseRule(text: string, kinds: readonly string[]): Rule | string {
  const [, kind, pattern] = /^([a-z_]+):(\S.*)$/.exec(text) ?? [];
  if (kind === undefined || pattern === undefined)
    return `${JSON.stringify(text)} is not like kind:pattern`;
  if (kinds.length > 0 && !kinds.includes(kind))
    return `${text} protects nothing: ${unknownKind(kind, kinds)}`;
  const [from, to] = rangeOf(pattern) ?? [];
  if (Number(from) > Number(to)) return `${text} ends before it begins`;
  return { text, matches: matcher(kind, pattern) };
}

const rangeOf = (pattern: string): [from: string, to: string] | undefined => {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(pattern) ?? [];
  return from === undefined || to === undefined ? undefined : [from, to];
};

function unknownKind(kind: string, kinds: readonly string[]): string {
  const near = nearest(kind, kinds);
  return near
    ? `did you mean ${near}:?`
    : `no write knows the kind ${kind}, only ${[...kinds].sort().join(', ')}`;
}

function matcher(kind: string, pattern: string): (label: string) => boolean {
  const range = rangeOf(pattern);
  const glob = globPattern(pattern);
  return (label) => {
    if (!label.startsWith(`${kind}:`)) return false;
    const value = label.slice(kind.length + 1);
    if (range && /^\d+$/.test(value))
      return Number(range[0]) <= Number(value) && Number(value) <= Number(range[1]);
    return glob.test(value);
  };
}

/** `*` stands for anything; upper and lower case are the same, as in host names. */
export const globPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'is',
  );

/** The first rule that covers one of the labels. */
export const matchingRule = (
  labels: readonly string[],
  rules: readonly Rule[],
): string | undefined => rules.find((rule) => labels.some((label) => rule.matches(label)))?.text;
