import { Transform, type TransformCallback } from 'node:stream';
import { isObject, parseJson, type Json, type JsonObject } from '../core/base/json.ts';
import { acceptMessage, idOf, refusal } from './message.ts';

/** Who hears of what does not go on as one message. */
export interface MessageLinesParts {
  /** Sends an answer to what was refused. */
  reply(response: JsonObject): void;
  /** Says whether several messages in one line are part of the protocol now, and learns which ids of such a line wait for answers. */
  openBatch(ids: readonly Json[]): boolean;
}

/** As much as may stand in one line; what is longer goes on as it came, for the SDK to refuse. */
const maxLine = 10 * 2 ** 20;

/** Stdin on its way to the SDK, which leaves unanswered what it cannot read: byte order marks and blank lines are taken out, and what is no message is answered here. */
export class MessageLines extends Transform {
  readonly #parts: MessageLinesParts;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(parts: MessageLinesParts) {
    super();
    this.#parts = parts;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length > maxLine) {
      this.push(this.#rest);
      this.#rest = '';
    }
    done();
  }

  #line(line: string): void {
    const text = line.replace(/^\ufeff+/, '').trim();
    if (text === '') return;
    const value = parseJson(text);
    if (value === undefined)
      this.#parts.reply(refusal(null, -32_700, 'Parse error: this line is not JSON'));
    else if (Array.isArray(value)) this.#batch(value);
    else this.#one(value);
  }

  #one(value: Json): void {
    const incoming = acceptMessage(value);
    if (incoming === undefined) return;
    if ('refusal' in incoming) this.#parts.reply(incoming.refusal);
    else this.push(`${JSON.stringify(incoming.message)}\n`);
  }

  /** Only the revision of 2025-03-26 has them: whoever waits for one of its answers is told. */
  #batch(values: readonly Json[]): void {
    const waiting = values.filter(isObject).filter((value) => 'id' in value && 'method' in value);
    const ids = waiting.map(idOf).filter((id) => id !== null);
    if (values.length > 0 && this.#parts.openBatch(ids)) {
      for (const value of values) this.#one(value);
      return;
    }
    const why = 'Invalid request: batches are not part of this protocol, send one message a line';
    for (const id of ids.length > 0 ? ids : [null]) this.#parts.reply(refusal(id, -32_600, why));
  }
}
