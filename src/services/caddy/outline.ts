import { isObject, type Json } from '../../core/json.ts';

/** As much of a value as fits: whole, or cut at the depth from which only sizes are told, or at the length of its lists. */
export interface Outline {
  value: Json;
  whole: boolean;
}

const size = (value: Json): number => JSON.stringify(value, undefined, 1).length;

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
  if (Array.isArray(value)) return depth === 0 ? summary(value) : value.map((item: Json) => folded(item, depth - 1));
  if (!isObject(value)) return value ?? null;
  return depth === 0 ? summary(value) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, folded(item, depth - 1)]));
}

/** `{…3: http, pki, tls}` or `[…12]`: enough to ask further. */
function summary(value: Json): Json {
  if (Array.isArray(value)) return value.length === 0 ? value : `[…${value.length}]`;
  if (!isObject(value)) return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
  const keys = Object.keys(value);
  return keys.length === 0 ? value : `{…${keys.length}: ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}}`;
}
