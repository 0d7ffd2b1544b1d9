import { isObject, parseJson, type Json } from '../core/base/json.ts';
import type { Reply } from './wire.ts';

/** What somebody wrote into everything that people may name or describe, as `poison` makes it of what stood there. The rest of the answer is as ever. */
export interface Poison {
  poison(text: string): string;
}

/** Fields of the APIs that hold what people, programs or strangers wrote. */
const written =
  /^(?:.*name|title|.*description|comments?|summary|message|msg|text|reasons?|errors?|last_?error|.*_error|notes?|output|display|details?|hint|subject|cause|value|full_message|short_message|source|annotations|severity|instance|job|health|hosts|tags?)$/i;

/** A reply with everything in it poisoned that somebody may have written; what is not JSON is left alone. */
export function poisoned(reply: Reply, { poison }: Poison): Reply {
  const body = parseJson(String(reply.body ?? ''));
  if (body === undefined) return reply;
  const spread = (value: Json, key: string): Json => {
    if (typeof value === 'string') return written.test(key) ? poison(value) : value;
    if (Array.isArray(value)) return value.map((item: Json) => spread(item, key));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        item === undefined ? item : spread(item, name),
      ]),
    );
  };
  return { ...reply, body: JSON.stringify(spread(body, '')) };
}
