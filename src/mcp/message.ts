import { parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { isObject, type Json, type JsonObject } from '../core/base/json.ts';

/** What came in, as the protocol has it; or the answer to what the protocol does not have; or nothing, where nobody waits for an answer. */
export type Incoming = { message: JsonObject } | { refusal: JsonObject } | undefined;

/** A refusal in JSON-RPC's words. `id` null: nobody can tell which request it was. */
export const refusal = (id: Json, code: number, message: string): JsonObject => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});

/** One message. Some clients write `"params": null` for none; whatever else is no message is answered wherever it has an id, as its client would wait for ever. */
export function acceptMessage(value: Json): Incoming {
  if (!isObject(value))
    return { refusal: refusal(null, -32_600, 'Invalid request: it is not an object') };
  const { params, ...rest } = value;
  const message = params === null || params === undefined ? rest : value;
  const id = idOf(message);
  if (isObject(message['params']) && hasStrangeArgument(message['params']))
    return { refusal: refusal(id, -32_602, 'There is no argument __proto__') };
  try {
    parseJSONRPCMessage(message);
    return { message };
  } catch {
    const isNotification = typeof message['method'] === 'string' && !('id' in message);
    if (isNotification) return undefined;
    const hasWrongParams = 'params' in message && !isObject(message['params']);
    return {
      refusal: hasWrongParams
        ? refusal(id, -32_602, 'Invalid params: they must be an object')
        : refusal(id, -32_600, 'Invalid request: it is not a message of JSON-RPC 2.0'),
    };
  }
}

/** What an answer would be sent to; null for what cannot be one. */
export function idOf({ id }: JsonObject): Json {
  return typeof id === 'string' || Number.isInteger(id) ? (id as Json) : null;
}

/** Readers on the way would drop it without a word, and every other unknown argument is refused. */
const hasStrangeArgument = ({ arguments: args }: JsonObject): boolean =>
  isObject(args) && Object.hasOwn(args, '__proto__');
