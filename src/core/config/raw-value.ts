import { characterName, trimUnseen } from './characters.ts';
import { idIn, tokenIn } from './pasted.ts';
import { placeholderIn } from './placeholder.ts';
import type { ValueKind } from './value-kind.ts';

/** A value as it was meant, and what was done to get there; or why it cannot be used. Each is the rest of a sentence that begins with the variable, and quotes no secret. */
export type RawValue =
  | { value: string; repairs: readonly string[]; problem?: undefined }
  | { problem: string };

/**
 * The one gate for what people's tools deliver: every variable, and what stands in the files of `_FILE`, passes here before any service sees it.
 * What can mean one thing only is repaired; what cannot is a problem, and nothing is sent. `variable`: the name that was set.
 */
export function readRawValue(raw: string, kind: ValueKind, variable: string): RawValue {
  const repairs: string[] = [];
  const trimmed = trimUnseen(raw);
  if (kind === 'password' && /^[^\S\r\n]|[^\S\r\n](?:\r?\n)*$/.test(raw) && trimmed !== '')
    repairs.push('had blanks around it, which were cut off');
  const unquoted = withoutQuotes(withoutAssignment(trimmed, variable, repairs), kind, repairs);
  const visible = withoutInvisible(unquoted, kind, repairs);
  const placeholder = placeholderIn(visible, kind);
  if (placeholder !== undefined)
    return { problem: `was not filled in by the client: ${placeholder} still stands in it` };
  const value = withoutPasted(visible, kind, repairs);
  const problem = problemWith(value, kind);
  return problem === undefined ? { value, repairs } : { problem };
}

/** `NAME=value` as the value of NAME. */
function withoutAssignment(text: string, variable: string, repairs: string[]): string {
  const [match] = new RegExp(`^(?:export\\s+)?${variable}\\s*=\\s*(?=\\S)`).exec(text) ?? [];
  if (match === undefined) return text;
  repairs.push('began with its own name, which was taken off');
  return text.slice(match.length);
}

const quotes: readonly [open: string, close: string][] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
];

/** Whoever writes `- TOKEN="abc"` in a list of Compose sends the quotes along. */
function withoutQuotes(text: string, kind: ValueKind, repairs: string[]): string {
  const pair = quotes.find(
    ([open, close]) => text.length >= 2 && text.startsWith(open) && text.endsWith(close),
  );
  if (!pair) return text;
  const inner = trimUnseen(text.slice(1, -1));
  if (inner === '' || (kind !== 'password' && kind !== 'query')) {
    if (inner !== '') repairs.push('stood in quotes, which were taken off');
    return withoutQuotes(inner, kind, inner === '' ? repairs : []);
  }
  if (kind === 'password')
    repairs.push('stands in quotes, which are sent as part of it: take them off if it is refused');
  return text;
}

function withoutInvisible(text: string, kind: ValueKind, repairs: string[]): string {
  const [invisible] = /\p{Cf}/u.exec(text) ?? [];
  if (invisible === undefined) return text;
  if (kind === 'password' || kind === 'query') {
    repairs.push(`holds ${characterName(invisible)}, which is sent as part of it`);
    return text;
  }
  repairs.push(`held ${characterName(invisible)}, which was taken out`);
  return text.replace(/\p{Cf}+/gu, '');
}

/** What was copied along with a token, or around an address. */
function withoutPasted(text: string, kind: ValueKind, repairs: string[]): string {
  if (kind === 'url' && /[?#]/.test(text)) {
    repairs.push('ended in a part that only a browser uses, which was taken off');
    return text.replace(/[?#].*$/s, '');
  }
  if (kind !== 'token' && kind !== 'plain') return text;
  const { value, parts } = kind === 'token' ? tokenIn(text) : idIn(text);
  if (parts.length > 0) repairs.push(`held more than itself: ${parts.join(', ')} was taken off`);
  return value;
}

/** What no value of its kind can hold. */
function problemWith(value: string, kind: ValueKind): string | undefined {
  const [control] =
    (kind === 'lines' ? /[^\P{Cc}\n\r\t]/u : /[\p{Cc}\u2028\u2029]/u).exec(value) ?? [];
  if (control !== undefined) return `holds ${characterName(control)}, which cannot be part of it`;
  if (kind === 'password' || kind === 'query' || kind === 'lines') return undefined;
  if (/^["'`]|["'`]$/.test(value)) return 'has a quote at one end: is it whole?';
  if (kind !== 'token') return undefined;
  const [strange] = /[^\x21-\x7e]/.exec(value) ?? [];
  return strange === undefined
    ? undefined
    : `holds ${characterName(strange)}, which no token does: is it one token, and whole?`;
}
