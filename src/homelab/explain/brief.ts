import { isObject, type Json } from '../../core/base/json.ts';
import { maxText, oneLine } from '../../core/base/text.ts';
import type { Explanation } from './explanation.ts';

/** Weight of one string: about the bytes of its letters, since what costs more tokens takes more of them. Sentences may be longer than names. */
const longest = 100;
const longestOf: Readonly<Record<string, number>> = {
  about: 120,
  links: 130,
  sides: 160,
  quotes: 160,
  why: 180,
  text: 200,
  message: 240,
  disagreements: 240,
};
const longestCall = 150;

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
      return Buffer.byteLength(JSON.stringify(item)) > longestCall ? [] : [[name, item]];
    }),
  );
}

/** On one line, and no heavier than that. */
export function cut(text: string, most: number): string {
  const line = oneLine(text, maxText);
  let weight = 0;
  let end = 0;
  for (const letter of line) {
    weight += weightOf(letter);
    if (weight > most) return `${line.slice(0, end)}…`;
    end += letter.length;
  }
  return line;
}

/** Pictures cost more than their bytes. */
const weightOf = (letter: string): number =>
  Buffer.byteLength(letter) * (letter.length > 1 ? 1.5 : 1);
