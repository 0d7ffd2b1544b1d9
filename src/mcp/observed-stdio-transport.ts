import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { isObject } from '../core/base/json.ts';
import { wantsOf } from './subscriptions.ts';
import type { Wants } from '../homelab/watch.ts';

/** Stdin and stdout, overheard: streams of 2026-07-28 are served by the SDK alone, and only the wire shows who listens for what. */
export class ObservedStdioTransport extends StdioServerTransport {
  readonly #onStream: (id: unknown, wants: Wants | undefined) => void;

  /** `onStream` learns of each stream that was acknowledged, and with undefined of its end. */
  constructor(onStream: (id: unknown, wants: Wants | undefined) => void) {
    super();
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

  override async send(message: Parameters<StdioServerTransport['send']>[0]): Promise<void> {
    await super.send(message);
    if (!('method' in message) || message.method !== 'notifications/subscriptions/acknowledged')
      return;
    const { _meta: meta, notifications } = message.params ?? {};
    if (isObject(meta)) this.#onStream(meta[SUBSCRIPTION_ID_META_KEY], wantsOf(notifications));
  }
}
