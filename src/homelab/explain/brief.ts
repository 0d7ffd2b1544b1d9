import { isObject, type Json } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Explanation } from './explanation.ts';

/** Bytes of one string: what costs more tokens a letter takes more bytes as well. Sentences may be longer than names. */
const longest = 150;
const longestOf: Readonly<Record<string, number>> = { message: 280, text: 220, disagreements: 260 };

/** The same with no string so long that one row could fill the answer. Redacted first: what is cut could leave half a secret. A call that would have to be cut is left out, since it would be another one. */
export const brief = (explanation: Explanation, redact: (text: string) => string): Explanation =>
  briefValue(explanation as unknown as Json, redact, '') as unknown as Explanation;

function briefValue(value: Json, redact: (text: string) => string, field: string): Json {
  if (typeof value === 'string') return cut(redact(value), longestOf[field] ?? longest);
  if (Array.isArray(value)) return value.map((item: Json) => briefValue(item, redact, field));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      if (item === undefined) return [];
      if (name !== 'next') return [[name, briefValue(item, redact, name)]];
      return Buffer.byteLength(JSON.stringify(item)) > longest ? [] : [[name, item]];
    }),
  );
}

/** On one line, and of at most so many bytes. */
export function cut(text: string, maxBytes: number): string {
  const line = oneLine(text, maxBytes);
  if (Buffer.byteLength(line) <= maxBytes) return line;
  let bytes = 0;
  let end = 0;
  for (const letter of line) {
    bytes += Buffer.byteLength(letter);
    if (bytes > maxBytes - 3) break;
    end += letter.length;
  }
  return `${line.slice(0, end)}…`;
}
