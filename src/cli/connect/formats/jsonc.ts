import {
  createScanner,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
  type ParseOptions,
  type SyntaxKind,
} from 'jsonc-parser';
import type { Json, JsonObject } from '../../../core/base/json.ts';
import { indentAt, lineEnd, omitAt, splice, valueAt, type Format } from './format.ts';

/** JSON as editors read it: with comments, and with a comma too many. What is added has neither, so that files of strict readers stay valid. */
export const jsonc: Format = {
  title: 'JSON',
  read: (text) => documentOf(treeOf(text)),
  set(text, path, entry) {
    const root = treeOf(text);
    if (root === undefined)
      return `${JSON.stringify(nested(path, entry), null, 2).replaceAll('\n', lineEnd(text))}${lineEnd(text)}`;
    let object = root;
    for (const [depth, key] of path.entries()) {
      const property = propertyOf(object, key);
      const value = property?.children?.[1];
      if (property === undefined)
        return addProperty(text, object, root, key, nested(path.slice(depth + 1), entry));
      if (value === undefined) return text;
      if (depth === path.length - 1)
        return splice(
          text,
          value.offset,
          endOf(value),
          rendered(text, entry, indentAt(text, property.offset), root),
        );
      if (value.type !== 'object') return text;
      object = value;
    }
    return text;
  },
  remove(text, path) {
    let object = treeOf(text);
    for (const key of path.slice(0, -1)) object = object && propertyOf(object, key)?.children?.[1];
    const property = object && propertyOf(object, path.at(-1) ?? '');
    return object && property ? removeProperty(text, object, property) : text;
  },
  without: omitAt,
  find: valueAt,
};

/** JSON for clients that read nothing else: a comment or a comma too many makes them ignore the file, so an entry in it would do nothing. */
export const json: Format = {
  ...jsonc,
  title: 'plain JSON',
  read: (text) => documentOf(treeOf(text, { disallowComments: true, allowTrailingComma: false })),
};

const documentOf = (root: Node | undefined): JsonObject =>
  root === undefined ? {} : (dataOf(root) as JsonObject);

/** The parsed text; undefined when nothing but white space and comments is there. Throws a SyntaxError. */
function treeOf(
  text: string,
  options: ParseOptions = { allowTrailingComma: true },
): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { ...options, allowEmptyContent: true });
  const [error] = errors;
  if (error)
    throw new SyntaxError(
      `line ${text.slice(0, error.offset).split('\n').length}: ${printParseErrorCode(error.error)}`,
    );
  if (root !== undefined && root.type !== 'object')
    throw new SyntaxError(`line 1: it holds no object`);
  if (root === undefined && text.trim() !== '')
    throw new SyntaxError(`line 1: it holds nothing but comments`);
  return root;
}

/** As data, the last of several properties of one name, like JSON.parse has it. */
function dataOf(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(dataOf);
  if (node.type !== 'object') return node.value as Json;
  return Object.fromEntries(
    (node.children ?? []).map(({ children: [key, value] = [] }) => [
      String(key?.value),
      value === undefined ? null : dataOf(value),
    ]),
  );
}

const propertyOf = (object: Node, key: string): Node | undefined =>
  object.children?.findLast(({ children }) => children?.[0]?.value === key);

const endOf = ({ offset, length }: Node): number => offset + length;

/** `{ a: { b: entry } }` for the path `a`, `b`. */
function nested(path: readonly string[], entry: JsonObject): JsonObject {
  return path.reduceRight<JsonObject>((value, key) => ({ [key]: value }), entry);
}

/** Tokens and comments between two places, without white space. */
function tokensBetween(
  text: string,
  from: number,
  to: number,
): { kind: SyntaxKind; start: number; end: number }[] {
  const scanner = createScanner(text);
  const tokens: { kind: SyntaxKind; start: number; end: number }[] = [];
  scanner.setPosition(from);
  for (;;) {
    const kind = scanner.scan();
    const start = scanner.getTokenOffset();
    if (kind === endOfText || start >= to) return tokens;
    if (kind !== trivia && kind !== lineBreak)
      tokens.push({ kind, start, end: start + scanner.getTokenLength() });
  }
}

// jsonc-parser has these as a const enum, which does not exist at run time.
const comma = 5 satisfies SyntaxKind.CommaToken;
const lineBreak = 14 satisfies SyntaxKind.LineBreakTrivia;
const trivia = 15 satisfies SyntaxKind.Trivia;
const endOfText = 17 satisfies SyntaxKind.EOF;

/** The step of the file's own indentation. */
function unitOf(text: string, root: Node): string {
  const first = root.children?.[0];
  const indent =
    first && /\n/.test(text.slice(root.offset, first.offset)) ? indentAt(text, first.offset) : '';
  return indent === '' ? '  ' : indent;
}

/** Whether the document is written on one line, as programs do. */
const isOneLine = (text: string, root: Node): boolean =>
  (root.children ?? []).length > 0 && !/\n/.test(text.slice(root.offset, endOf(root)));

function rendered(text: string, value: Json, indent: string, root: Node): string {
  if (isOneLine(text, root)) return JSON.stringify(value);
  return JSON.stringify(value, null, unitOf(text, root)).replaceAll('\n', lineEnd(text) + indent);
}

function addProperty(
  text: string,
  object: Node,
  root: Node,
  key: string,
  value: JsonObject,
): string {
  const close = endOf(object) - 1;
  const last = object.children?.at(-1);
  const inside = last ? endOf(last) : object.offset + 1;
  const tokens = tokensBetween(text, inside, close);
  const hasComma = tokens.some(({ kind }) => kind === comma);
  const separator = last === undefined || hasComma ? '' : ',';
  const place = tokens.at(-1)?.end ?? inside;
  const head = text.slice(0, inside) + separator + text.slice(inside, place);
  const tail = text.slice(place, close);
  const ending = hasComma ? ',' : '';
  if (isOneLine(text, root) || (last && !/\n/.test(text.slice(object.offset, close)))) {
    const property = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    return `${head}${last ? ' ' : ''}${property}${ending}${tail}${text.slice(close)}`;
  }
  const base = indentAt(text, object.offset);
  const first = object.children?.[0];
  const indent = first ? indentAt(text, first.offset) : base + unitOf(text, root);
  const property = `${indent}${JSON.stringify(key)}: ${rendered(text, value, indent, root)}`;
  const closing = last && /\n/.test(tail) ? tail : lineEnd(text) + base;
  return `${head}${lineEnd(text)}${property}${ending}${closing}${text.slice(close)}`;
}

function removeProperty(text: string, object: Node, property: Node): string {
  const siblings = object.children ?? [];
  const at = siblings.indexOf(property);
  const previous = siblings[at - 1];
  const close = endOf(object) - 1;
  const before = tokensBetween(
    text,
    previous ? endOf(previous) : object.offset + 1,
    property.offset,
  );
  const from = before.at(-1)?.end ?? (previous ? endOf(previous) : object.offset + 1);
  const [following] = tokensBetween(
    text,
    endOf(property),
    siblings[at + 1]?.offset ?? close,
  ).filter(({ kind }) => kind === comma);
  const cut = splice(text, from, following?.end ?? endOf(property), '');
  const separator = before.find(({ kind }) => kind === comma);
  if (following === undefined && previous && separator)
    return splice(cut, separator.start, separator.end, '');
  const inner = cut.slice(object.offset + 1, close - (text.length - cut.length));
  return siblings.length === 1 && inner.trim() === ''
    ? splice(cut, object.offset + 1, object.offset + 1 + inner.length, '')
    : cut;
}
