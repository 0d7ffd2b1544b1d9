import { getStaticTOMLValue, parseTOML, ParseError, type AST } from 'toml-eslint-parser';
import { isObject, type Json, type JsonObject } from '../../../core/base/json.ts';
import {
  lineEnd,
  lineStart,
  nextLine,
  omitAt,
  splice,
  valueAt,
  type EntryPath,
  type Format,
} from './format.ts';

/** TOML with one table for an entry: `[section.name]`. Entries written in other ways are read, and left alone. */
export const toml: Format = {
  title: 'TOML',
  read: (text) => getStaticTOMLValue(parse(text)) as JsonObject,
  set(text, path, entry) {
    const end = lineEnd(text);
    const block = [`[${path.map(keyText).join('.')}]`, ...lines(entry)].join(end) + end;
    const [first, ...others] = tablesOf(text, path);
    if (first) return splice(cutAll(text, others), first.from, first.to, block);
    if (text.trim() === '') return block;
    return `${text}${text.endsWith('\n') ? '' : end}${end}${block}`;
  },
  remove(text, path) {
    const tables = tablesOf(text, path);
    const [first] = tables;
    if (!first) return text;
    const cut = cutAll(text, tables);
    // The line that set the table off from what is above it goes with it.
    const above = lineStart(cut, first.from - 1);
    return first.from > 0 && cut.slice(above, first.from).trim() === ''
      ? splice(cut, above, first.from, '')
      : cut;
  },
  without: omitAt,
  find: valueAt,
};

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new SyntaxError(`line ${error.lineNumber}: ${error.message}`);
  }
}

/** From the header of a table to the end of its last line. */
interface Stretch {
  from: number;
  to: number;
}

/** The table of an entry and the tables inside it, in their order. */
function tablesOf(text: string, path: EntryPath): Stretch[] {
  return parse(text).body[0].body.flatMap((table) => {
    if (table.type !== 'TOMLTable') return [];
    if (path.some((key, depth) => table.resolvedKey[depth] !== key)) return [];
    const last = table.body.at(-1) ?? table.key;
    return [{ from: lineStart(text, table.range[0]), to: nextLine(text, last.range[1]) }];
  });
}

/** Without these stretches; from the end, so that places before them stay what they are. */
function cutAll(text: string, stretches: readonly Stretch[]): string {
  let cut = text;
  for (const { from, to } of stretches.toReversed()) cut = splice(cut, from, to, '');
  return cut;
}

const lines = (entry: JsonObject): string[] =>
  Object.entries(entry).flatMap(([key, value]) =>
    value === undefined ? [] : [`${keyText(key)} = ${valueText(value)}`],
  );

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key));

/** JSON escapes as TOML does, but for one character. */
const stringText = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007F');

function valueText(value: Json): string {
  if (typeof value === 'string') return stringText(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => valueText(item)).join(', ')}]`;
  if (isObject(value))
    return Object.keys(value).length === 0 ? '{}' : `{ ${lines(value).join(', ')} }`;
  return String(value);
}
