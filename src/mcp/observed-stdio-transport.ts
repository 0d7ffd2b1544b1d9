import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { isObject, type JsonObject } from '../core/base/json.ts';
import { Batches } from './batches.ts';
import { MessageLines } from './message-lines.ts';
import { wantsOf } from './subscriptions.ts';
import type { Wants } from '../homelab/watch.ts';

type Message = Parameters<StdioServerTransport['send']>[0];

/** Stdin and stdout, overheard: streams of 2026-07-28 are served by the SDK alone, and only the wire shows who listens for what. */
export class ObservedStdioTransport extends StdioServerTransport {
  readonly #onStream: (id: unknown, wants: Wants | undefined) => void;
  readonly #batches: Batches;
  /** The revision that was agreed upon by a handshake. */
  #revision: unknown;

  /** `onStream` learns of each stream that was acknowledged, and with undefined of its end. */
  constructor(onStream: (id: unknown, wants: Wants | undefined) => void) {
    const batches = new Batches();
    const lines = new MessageLines({
      reply: (response) => void this.send(response as unknown as Message).catch(() => undefined),
      openBatch: (ids) => {
        if (this.#revision !== '2025-03-26') return false;
        batches.open(ids);
        return true;
      },
    });
    super(process.stdin.pipe(lines));
    this.#batches = batches;
    this.#onStream = onStream;
    let deliver: StdioServerTransport['onmessage'];
    Object.defineProperty(this, 'onmessage', {
      get: () =>
        deliver &&
        ((message: Parameters<NonNullable<typeof deliver>>[0]) => {
          if ('method' in message && message.method === 'notifications/cancelled')
            onStream(message.params?.['requestId'], undefined);
          deliver?.(message);
        }),
      set: (handler: typeof deliver) => {
        deliver = handler;
      },
    });
  }

  override async send(message: Message): Promise<void> {
    const answer = message as unknown as JsonObject;
    if (isObject(answer['result']))
      this.#revision = answer['result']['protocolVersion'] ?? this.#revision;
    const batch = this.#batches.take(answer);
    if (batch === 'held') return;
    await super.send(batch ? (batch as unknown as Message) : message);
    if (!('method' in message) || message.method !== 'notifications/subscriptions/acknowledged')
      return;
    const { _meta: meta, notifications } = message.params ?? {};
    if (isObject(meta)) this.#onStream(meta[SUBSCRIPTION_ID_META_KEY], wantsOf(notifications));
  }
}
