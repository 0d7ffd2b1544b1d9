import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../../core/base/errors.ts';
import { isObject, type JsonObject } from '../../../core/base/json.ts';

/** Where an entry stands: the section's keys, then its name. */
export type EntryPath = readonly [...string[], string];

/**
 * A way to write configuration down. Edits are cuts and insertions in the text, so that everything else in it keeps its bytes: comments, order, indentation.
 * What an edit makes is read back by `setEntry` and `removeEntry`; nothing else calls `set` and `remove`.
 */
export interface Format {
  title: string;
  /** The document as data. Throws a SyntaxError that says where it cannot be read; nothing but white space is an empty document. */
  read(text: string): JsonObject;
  /** Adds the entry, or puts it in the place of the one that is there. */
  set(text: string, path: EntryPath, entry: JsonObject): string;
  remove(text: string, path: EntryPath): string;
  /** The same data without one entry. */
  without(document: JsonObject, path: EntryPath): JsonObject;
  find(document: JsonObject, path: EntryPath): unknown;
}

/** The text with the entry in it. */
export function setEntry(format: Format, text: string, path: EntryPath, entry: JsonObject): string {
  const edited = format.set(text, path, entry);
  verify(format, text, edited, path, entry);
  return edited;
}

/** The text without the entry. */
export function removeEntry(format: Format, text: string, path: EntryPath): string {
  const edited = format.remove(text, path);
  verify(format, text, edited, path, undefined);
  return edited;
}

/** An edit that touches anything but the entry is not written, whatever the reason. */
function verify(
  format: Format,
  before: string,
  after: string,
  path: EntryPath,
  entry: JsonObject | undefined,
): void {
  const document = readBack(format, after);
  const isSame =
    document !== undefined &&
    isDeepStrictEqual(format.find(document, path), entry) &&
    JSON.stringify(format.without(document, path)) ===
      JSON.stringify(format.without(format.read(before), path));
  if (!isSame)
    throw new ConfigError(`The entry cannot be changed without touching other parts of the file`, {
      hint: `It writes ${path.slice(0, -1).join('.')} in a way that this command does not edit. --print shows the entry, for your own hands.`,
    });
}

function readBack(format: Format, text: string): JsonObject | undefined {
  try {
    return format.read(text);
  } catch {
    return undefined;
  }
}

/** What stands at a path of plain keys. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The document without what stands at a path of plain keys, and without sections that are empty then. */
export function omitAt(document: JsonObject, path: readonly string[]): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined || !Object.hasOwn(document, key)) return document;
  const value = document[key];
  const inner = rest.length > 0 && isObject(value) ? omitAt(value, rest) : undefined;
  const keeps = rest.length > 0 && (inner === undefined ? !isEmpty(value) : !isEmpty(inner));
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, item]) => {
      if (name !== key) return [[name, item]];
      return keeps ? [[name, inner ?? item]] : [];
    }),
  );
}

/** A section without servers is written in several ways, and all mean the same. */
export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** How lines end in a text; `\n` where there is only one. */
export const lineEnd = (text: string): string => (/\r\n/.test(text) ? '\r\n' : '\n');

/** The white space that the line of this place begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** Where the line of this place begins. */
export const lineStart = (text: string, offset: number): number =>
  text.lastIndexOf('\n', offset - 1) + 1;

/** Where the next line begins; the end of the text when there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** One part of a text replaced by another. */
export const splice = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);
