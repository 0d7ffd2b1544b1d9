import { isObject, type Json, type JsonObject } from './json.ts';

const limits = { depth: 12, items: 100, text: 2_000, read: 20_000, field: 16_000 } as const;

/** An object as a record can hold it, whatever a caller sent: `change` on every string (keys too), and all of it bounded, saying what was left out. */
export function boundJson(value: JsonObject, change: (text: string) => string): JsonObject {
  const fields = Object.entries(within(value, change, 0) as JsonObject);
  return Object.fromEntries(
    fields.map(([key, field]) => {
      const size = JSON.stringify(field)?.length ?? 0;
      return [key, size > limits.field ? `(${size} characters left out)` : field];
    }),
  );
}

function within(value: Json, change: (text: string) => string, depth: number): Json {
  // Cut twice: what is changed must see more than what is kept, or half a secret would stay at the end.
  if (typeof value === 'string')
    return cut(change(value.slice(0, limits.read)), value.length - limits.read);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= limits.depth) return '(deeper than is written down)';
  if (Array.isArray(value))
    return [
      ...value.slice(0, limits.items).map((item: Json) => within(item, change, depth + 1)),
      ...(value.length > limits.items ? [`(${value.length - limits.items} more)`] : []),
    ];
  if (!isObject(value)) return null;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const kept = entries
    .slice(0, limits.items)
    .map(
      ([key, item]) =>
        [
          cut(change(key.slice(0, limits.read)), key.length - limits.read),
          within(item ?? null, change, depth + 1),
        ] as const,
    );
  return Object.fromEntries([
    ...kept,
    ...(entries.length > limits.items
      ? [['…', `(${entries.length - limits.items} more)`] as const]
      : []),
  ]);
}

function cut(text: string, unread: number): string {
  const left = Math.max(0, text.length - limits.text) + Math.max(0, unread);
  return left > 0 ? `${text.slice(0, limits.text)}… (${left} more characters)` : text;
}
