import { isObject, type Json, type JsonObject } from './json.ts';

const most = { depth: 12, items: 100, text: 2_000, read: 20_000, field: 16_000 } as const;

/** An object as a record can hold it, whatever a caller sent: `change` on every string (keys too), and all of it bounded, saying what was left out. */
export function boundJson(value: JsonObject, change: (text: string) => string): JsonObject {
  const fields = Object.entries(within(value, change, 0) as JsonObject);
  return Object.fromEntries(
    fields.map(([key, field]) => {
      const size = JSON.stringify(field)?.length ?? 0;
      return [key, size > most.field ? `(${size} characters left out)` : field];
    }),
  );
}

function within(value: Json, change: (text: string) => string, depth: number): Json {
  // Cut twice: what is changed must see more than what is kept, or half a secret would stay at the end.
  if (typeof value === 'string')
    return cut(change(value.slice(0, most.read)), value.length - most.read);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= most.depth) return '(deeper than is written down)';
  if (Array.isArray(value))
    return [
      ...value.slice(0, most.items).map((item: Json) => within(item, change, depth + 1)),
      ...(value.length > most.items ? [`(${value.length - most.items} more)`] : []),
    ];
  if (!isObject(value)) return null;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const kept = entries
    .slice(0, most.items)
    .map(
      ([key, item]) =>
        [
          cut(change(key.slice(0, most.read)), key.length - most.read),
          within(item ?? null, change, depth + 1),
        ] as const,
    );
  return Object.fromEntries([
    ...kept,
    ...(entries.length > most.items
      ? [['…', `(${entries.length - most.items} more)`] as const]
      : []),
  ]);
}

function cut(text: string, unread: number): string {
  const left = Math.max(0, text.length - most.text) + Math.max(0, unread);
  return left > 0 ? `${text.slice(0, most.text)}… (${left} more characters)` : text;
}
