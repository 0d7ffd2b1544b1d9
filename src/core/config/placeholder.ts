import type { ValueKind } from './value-kind.ts';

/** What a value is as a whole when a client or a shell should have put something in its place. */
const whole: readonly [RegExp, shown: string][] = [
  [/^\$\{.*\}$/s, '${…}'],
  [/^\$\(.*\)$/s, '$(…)'],
  [/^\{\{.*\}\}$/s, '{{…}}'],
  [/^\$[A-Z_][A-Z0-9_]+$/, '$NAME'],
  [/^%[A-Z_][A-Z0-9_]+%$/, '%NAME%'],
  [/^op:\/\/\S+$/, 'op://…'],
  [/^<[^<>]*(?:your|pass|token|secret|key|here|insert|replace)[^<>]*>$/i, '<…>'],
];

/** The same where the value can hold nothing of the kind. */
const wholeElsewhere: readonly [RegExp, shown: string][] = [
  [/^\$[A-Za-z_]\w*$/, '$NAME'],
  [/^%[A-Za-z_]\w*%$/, '%NAME%'],
  [/^<[^<>]*>$/, '<…>'],
  [/^(?:your|my|insert|enter|paste|put|replace)[-_ ]\S.*$/i, 'the text of an example'],
  [/^\S+[-_ ]here$/i, 'the text of an example'],
  [/^x{4,}(?:-x+)*$/i, 'the text of an example'],
  [/^(?:changeme|change-me|change_me)$/i, 'the text of an example'],
  [/^(?:undefined|null|none)$/i, 'a word for nothing'],
];

/** Parts that stand for something else, wherever in a value they are. */
const inside: readonly [RegExp, shown: string][] = [
  [/\$\{[^}]*\}/, '${…}'],
  [/\{\{[^}]*\}\}/, '{{…}}'],
];

/** Parts that no host can hold. A path of a URL may. */
const insideUrl: readonly [RegExp, shown: string][] = [
  [/^[a-z]+:\/\/[^/]*\$[A-Za-z_]/i, '$NAME'],
  [/^[a-z]+:\/\/[^/]*\$\(/i, '$(…)'],
  [/^[a-z]+:\/\/[^/]*%[A-Za-z_]\w*%/i, '%NAME%'],
  [/<[^<>]*>/, '<…>'],
];

/** Folders that a shell would have put there. */
const insidePath: readonly [RegExp, shown: string][] = [
  [/(?:^|[\\/])\$[A-Za-z_]\w*(?=[\\/]|$)/, '$NAME'],
  [/^%[A-Za-z_]\w*%/, '%NAME%'],
];

/** What in a value was never filled in, as it is shown to people; undefined where nothing is left to fill in. A password may be nearly anything, so of it only the whole is judged. */
export function placeholderIn(text: string, kind: ValueKind): string | undefined {
  const shapes = [...whole];
  if (kind !== 'password' && kind !== 'query') shapes.push(...inside);
  if (kind === 'token') shapes.push(...wholeElsewhere);
  if (kind === 'url') shapes.push(...insideUrl);
  if (kind === 'path') shapes.push(...insidePath);
  if (kind === 'plain') shapes.push(...wholeElsewhere.slice(0, 3));
  return shapes.find(([shape]) => shape.test(text))?.[1];
}
