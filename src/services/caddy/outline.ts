import { isObject, type Json } from '../../core/base/json.ts';

/** As much of a value as fits: whole, or cut at the depth from which only sizes are told, or at the length of its lists. */
export interface Outline {
  value: Json;
  whole: boolean;
}

/** JSON with a line for whatever fits on one: most of a config is short lists. */
export function jsonLines(value: Json | undefined, indent = '', key = ''): string[] {
  const flat = `${indent}${key}${JSON.stringify(value ?? null)}`;
  if (flat.length <= 110 || typeof value !== 'object' || value === null) return [flat];
  const list = Array.isArray(value);
  const items = list
    ? value.map((item: Json) => ['', item] as const)
    : Object.entries(value).map(([name, item]) => [`${JSON.stringify(name)}: `, item] as const);
  const inner = items.flatMap(([name, item], i) => {
    const lines = jsonLines(item, `${indent} `, name);
    return i < items.length - 1 ? [...lines.slice(0, -1), `${lines.at(-1)},`] : lines;
  });
  return [`${indent}${key}${list ? '[' : '{'}`, ...inner, `${indent}${list ? ']' : '}'}`];
}

/** Characters, as an answer quotes them: `> ` and a line break go with each line. */
function size(value: Json): number {
  let characters = 0;
  for (const line of jsonLines(value)) characters += line.length + 3;
  return characters;
}

/** A value in at most so many characters, folded where it is longer. */
export function outline(value: Json, maxCharacters: number): Outline {
  if (size(value) <= maxCharacters) return { value, whole: true };
  let best: Json = summary(value);
  for (let depth = 1; depth <= 12; depth++) {
    const next = folded(value, depth);
    if (size(next) > maxCharacters) break;
    best = next;
  }
  return { value: best, whole: false };
}

function folded(value: Json | undefined, depth: number): Json {
  if (Array.isArray(value))
    return depth === 0 ? summary(value) : value.map((item: Json) => folded(item, depth - 1));
  if (!isObject(value)) return value ?? null;
  return depth === 0
    ? summary(value)
    : Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, folded(item, depth - 1)]),
      );
}

/** `{…3: http, pki, tls}` or `[…12]`: enough to ask further. */
function summary(value: Json): Json {
  if (Array.isArray(value)) return value.length === 0 ? value : `[…${value.length}]`;
  if (!isObject(value))
    return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
  const keys = Object.keys(value);
  return keys.length === 0
    ? value
    : `{…${keys.length}: ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}}`;
}
