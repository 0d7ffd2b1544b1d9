import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { isObject, type Json, type JsonObject } from '../../../core/base/json.ts';
import {
  isEmpty,
  lineEnd,
  lineStart,
  nextLine,
  omitAt,
  splice,
  valueAt,
  type EntryPath,
  type Format,
} from './format.ts';

/** YAML in block style, with the section as a map: `section:` and, below it, `name:`. */
export const yamlMap: Format = {
  title: 'YAML',
  read,
  set: (text, path, entry) => edit(text, path, { [path.at(-1) ?? '']: entry }),
  remove: (text, path) => edit(text, path, undefined),
  without: omitAt,
  find: valueAt,
};

/** YAML in block style, with the section as a list whose items have a `name`. */
export const yamlList: Format = {
  title: 'YAML',
  read,
  set: (text, path, entry) => edit(text, path, [entry]),
  remove: (text, path) => edit(text, path, undefined),
  without(document, path) {
    const [section = '', name] = path;
    const items = document[section];
    if (!Array.isArray(items)) return isEmpty(items) ? omitAt(document, [section]) : document;
    const others = (items as Json[]).filter((item) => !isNamed(item, name));
    return others.length === 0 ? omitAt(document, [section]) : { ...document, [section]: others };
  },
  find(document, [section = '', name]) {
    const items = document[section];
    return Array.isArray(items) ? (items as Json[]).find((item) => isNamed(item, name)) : undefined;
  },
};

const isNamed = (item: Json, name: string | undefined): boolean =>
  isObject(item) && item['name'] === name;

function read(text: string): JsonObject {
  const data: unknown = documentOf(text).toJS();
  if (isEmpty(data)) return {};
  if (!isObject(data)) throw new SyntaxError('line 1: it holds no map');
  return data;
}

function documentOf(text: string): Document.Parsed {
  // A long line stays one line, and nobody is told of what only a program sees.
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error)
    throw new SyntaxError(
      `line ${error.linePos?.[0].line ?? 1}: ${error.message.split(/ at line |\n/)[0]}`,
    );
  return document;
}

/** What stands in the place of the entry afterwards: a map of one, a list of one, or nothing. */
type Replacement = JsonObject | readonly JsonObject[] | undefined;

/** The text with the entry put in, put in another's place, or taken out. Unchanged where the section is not written in block style. */
function edit(text: string, path: EntryPath, put: Replacement): string {
  const [section = '', name = ''] = path;
  const { contents: root } = documentOf(text);
  if (root === null || (isScalar(root) && root.value === null))
    return put === undefined ? text : finished(text) + block({ [section]: put }, 0, text);
  if (!isMap(root) || root.flow) return text;
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === section);
  if (pair === undefined)
    return put === undefined
      ? text
      : finished(text) + block({ [section]: put }, columnOf(text, root), text);
  const { value } = pair;
  if (isEmptyNode(value))
    return put === undefined ? text : fill(text, pair, columnOf(text, root), put);
  if (!(isMap(value) || isSeq(value)) || value.flow) return text;
  if (put !== undefined && isMap(value) === Array.isArray(put)) return text;
  const items: Stretch[] = isMap(value)
    ? value.items.map((item) =>
        stretchOf(text, item, isScalar(item.key) && item.key.value === name),
      )
    : value.items.map((item) => itemStretch(text, item as Node, name));
  const column = columnOf(text, value);
  const own = items.find(({ isOwn }) => isOwn);
  if (own && put !== undefined) return splice(text, own.from, own.to, block(put, column, text));
  if (own)
    return items.length > 1
      ? splice(text, own.from, own.to, '')
      : emptied(text, pair, own, isMap(value));
  const end = items.at(-1)?.to ?? text.length;
  if (put === undefined) return text;
  return finished(text.slice(0, end), text) + block(put, column, text) + text.slice(end);
}

/** From the beginning of its first line to the end of its last. */
interface Stretch {
  from: number;
  to: number;
  isOwn: boolean;
}

function stretchOf(text: string, { key, value }: Pair, isOwn: boolean): Stretch {
  const start = startOf(key as Node);
  const node = (value ?? key) as Node;
  return {
    from: lineStart(text, start),
    to: lineAfter(text, endOf(node) || endOf(key as Node)),
    isOwn,
  };
}

function itemStretch(text: string, item: Node, name: string): Stretch {
  const dash = text.lastIndexOf('-', startOf(item));
  const isOwn = isMap(item) && item.get('name') === name;
  return { from: lineStart(text, dash), to: lineAfter(text, endOf(item)), isOwn };
}

const startOf = (node: Node): number => node.range?.[0] ?? 0;
const endOf = (node: Node): number => node.range?.[1] ?? 0;

/** A block that ends with its line break ends there. */
const lineAfter = (text: string, end: number): number =>
  text[end - 1] === '\n' ? end : nextLine(text, end);

/** How far a map or list in block style is indented. */
const columnOf = (text: string, node: Node | YAMLMap): number =>
  startOf(node) - lineStart(text, startOf(node));

function isEmptyNode(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  if (isScalar(node)) return node.value === null;
  return (isMap(node) || isSeq(node)) && node.items.length === 0;
}

/** A section with nothing in it (`section:`, `section: {}`) gets its first entry. */
function fill(text: string, { key, value }: Pair, column: number, put: Replacement): string {
  const colon = text.indexOf(':', endOf(key as Node)) + 1;
  const to = value ? Math.max(colon, endOf(value as Node)) : colon;
  const rest = nextLine(text, to);
  const head = text.slice(0, colon) + text.slice(to, rest);
  return finished(head, text) + block(put, column + 2, text) + text.slice(rest);
}

/** The section's last entry is taken out. */
function emptied(text: string, { key }: Pair, own: Stretch, isMapping: boolean): string {
  const colon = text.indexOf(':', endOf(key as Node)) + 1;
  return splice(splice(text, own.from, own.to, ''), colon, colon, isMapping ? ' {}' : ' []');
}

/** A text that ends with its line. */
const finished = (text: string, whole = text): string =>
  text === '' || text.endsWith('\n') ? text : text + lineEnd(whole);

function block(value: Replacement, column: number, text: string): string {
  const written = stringify(value, { lineWidth: 0 });
  const indent = ' '.repeat(column);
  return written
    .split('\n')
    .map((line) => (line === '' ? line : indent + line))
    .join(lineEnd(text));
}
