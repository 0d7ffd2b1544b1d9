import { dirname, isAbsolute, resolve } from 'node:path';
import { unread, type Env } from './environment.ts';
import { globalVariables } from './global-variables.ts';
import { networkVariables } from './network.ts';
import { variableOf, type Variable } from './variables.ts';

/** One line or more that give a value: what `docker --env-file`, Compose and a shell have in common. */
interface Assignment {
  name: string;
  value: string;
}

/** What stands in a file of assignments; problems name file and line. */
interface Parsed {
  assignments: Assignment[];
  problems: string[];
}

/**
 * The variables of an env file: `NAME=value`, also `export NAME = "value"`, with comments of whole lines and behind a blank.
 * Quotes may span lines; between double ones `\n`, `\t`, `\"`, `\\` and `\$` mean what they mean in a shell. Nothing is put in the place of `$NAME`.
 * A relative path begins in the folder of the file. `shown` is the name for people, `file` its absolute path. What cannot be read stands under `unread`.
 */
export function envFrom(text: string, shown: string, file: string): Env {
  const { assignments, problems } = parseEnvFile(text, shown);
  const env: Record<string, string> = {};
  for (const { name, value } of assignments)
    env[name] = isPath(name) && isRelative(value) ? resolve(dirname(file), value) : value;
  return problems.length > 0 ? { ...env, [unread]: problems } : env;
}

/** Takes a file apart, line by line. */
export function parseEnvFile(text: string, shown: string): Parsed {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const parsed: Parsed = { assignments: [], problems: [] };
  for (let at = 0; at < lines.length; at++) {
    const written = lines[at] ?? '';
    if (/^\s*(?:[#;].*)?$/.test(written)) continue;
    const line = at + 1;
    const [, name, rest] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/.exec(written) ?? [];
    if (name === undefined || rest === undefined) {
      parsed.problems.push(`${shown}:${line}: not an assignment: ${beginningOf(written)}`);
      continue;
    }
    const quote = /^["'`]/.exec(rest.trimStart())?.[0];
    if (quote === undefined) {
      parsed.assignments.push({ name, value: rest.replace(/\s+#.*$/, '').trim() });
      continue;
    }
    const quoted = quotedValue([rest.trimStart(), ...lines.slice(at + 1)], quote);
    if (typeof quoted === 'string') {
      parsed.problems.push(`${shown}:${line}: ${name} ${quoted}`);
      continue;
    }
    parsed.assignments.push({ name, value: quoted.value });
    at += quoted.lines - 1;
  }
  return parsed;
}

/** A value in quotes and how many lines it takes, or why it cannot be read. */
function quotedValue(
  lines: readonly string[],
  quote: string,
): { value: string; lines: number } | string {
  const text = lines.join('\n');
  let end = 1;
  while (end < text.length && text[end] !== quote)
    end += quote === '"' && text[end] === '\\' ? 2 : 1;
  if (end >= text.length) return 'begins with a quote that is never closed';
  const behind = text.slice(end + 1).split('\n')[0] ?? '';
  if (!/^\s*(?:\s#.*)?$/.test(behind)) return 'goes on behind the quote that closes it';
  const inner = text.slice(1, end);
  const value =
    quote === '"' ? inner.replace(/\\([nrt"\\$`])/g, (_, of: string) => escapes[of] ?? of) : inner;
  return { value, lines: inner.split('\n').length };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Enough of a line to find it: a name in capitals. What else stands there may be a secret. */
function beginningOf(line: string): string {
  const [, name, value] =
    /^\s*((?:set\s+|\$env:)?[A-Z][A-Z0-9_]*)(?:\s*[:=\s]\s*(.*))?$/.exec(line) ?? [];
  if (name === undefined) return '…';
  return (value ?? '').length < 4 ? line.trim() : `${name} …`;
}

/** Variables whose relative value means a place beside the file. */
function isPath(name: string): boolean {
  const globals: readonly [string, Variable<unknown>][] = Object.entries({
    ...globalVariables,
    ...networkVariables,
  });
  return (
    name.endsWith('_FILE') ||
    globals.some(([field, { kind }]) => kind === 'path' && variableOf(field) === name)
  );
}

/** A path that neither says from where it begins nor is still to be filled in. */
const isRelative = (value: string): boolean =>
  value !== '' && !isAbsolute(value) && !/^[~$%{<]/.test(value);
