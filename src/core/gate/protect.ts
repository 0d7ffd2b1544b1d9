import { nearest } from '../base/nearest.ts';

/**
 * What no write may touch. A plan labels what it touches (`vmid:104`, `name:db-1`, `tag:production`, `dns:nas.example.net`);
 * a rule is `kind:pattern`, where `*` stands for anything and `100-110` for a range of numbers.
 */
export interface Rule {
  text: string;
  matches(label: string): boolean;
}

/** Reads `LARES_PROTECT`. A rule that cannot be understood, or whose kind no write knows, is a problem the operator must hear of: until it is mended, writes are off. */
export function parseProtectRules(
  text: string,
  problems: string[],
  kinds: readonly string[] = [],
): Rule[] {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean)
    .flatMap((one) => {
      const [, kind, pattern] = /^([a-z_]+):(\S.*)$/.exec(one) ?? [];
      const [, from, to] = /^(\d+)-(\d+)$/.exec(pattern ?? '') ?? [];
      if (kind === undefined || pattern === undefined)
        problems.push(`LARES_PROTECT: ${JSON.stringify(one)} is not like kind:pattern`);
      else if (kinds.length > 0 && !kinds.includes(kind))
        problems.push(`LARES_PROTECT: ${one} protects nothing: ${unknownKind(kind, kinds)}`);
      else if (Number(from) > Number(to))
        problems.push(`LARES_PROTECT: ${one} ends before it begins`);
      else return [{ text: one, matches: matcher(kind, pattern) }];
      return [];
    });
}

function unknownKind(kind: string, kinds: readonly string[]): string {
  const near = nearest(kind, kinds);
  return near
    ? `did you mean ${near}:?`
    : `no write knows the kind ${kind}, only ${[...kinds].sort().join(', ')}`;
}

function matcher(kind: string, pattern: string): (label: string) => boolean {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(pattern) ?? [];
  const glob = globPattern(pattern);
  return (label) => {
    if (!label.startsWith(`${kind}:`)) return false;
    const value = label.slice(kind.length + 1);
    if (from !== undefined && /^\d+$/.test(value))
      return Number(from) <= Number(value) && Number(value) <= Number(to);
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
