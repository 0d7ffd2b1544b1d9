import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemoryServerEventBus, type ServerEventBus } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import { isObject } from '../core/base/json.ts';
import { watchOf, type Change, type Wants } from '../homelab/watch.ts';
import { wantsOf } from './subscriptions.ts';

interface Stream {
  runtime(): Runtime;
  wants: Wants;
}

/** The bus of an HTTP entry. The SDK opens streams on it without saying what for or for whom, so the request tells that on the side. */
export class SubscriptionBus implements ServerEventBus {
  readonly #inner = new InMemoryServerEventBus();
  readonly #request = new AsyncLocalStorage<Stream>();
  readonly #open = new Map<(change: Change) => void, { stream: Stream; stop: () => void }>();

  publish(event: Parameters<ServerEventBus['publish']>[0]): void {
    this.#inner.publish(event);
  }

  /** Serves one request with what `runtime` is then; a stream that it opens hears of the changes that this runtime sees. */
  serve<T>(runtime: () => Runtime, body: unknown, work: () => T): T {
    if (!isObject(body) || body['method'] !== 'subscriptions/listen') return work();
    const { notifications } = isObject(body['params']) ? body['params'] : {};
    return this.#request.run({ runtime, wants: wantsOf(notifications) }, work);
  }

  subscribe(listener: Parameters<ServerEventBus['subscribe']>[0]): () => void {
    const leave = this.#inner.subscribe(listener);
    const stream = this.#request.getStore();
    const tell = (change: Change): void => listener(change);
    if (stream)
      this.#open.set(tell, { stream, stop: watchOf(stream.runtime()).listen(stream.wants, tell) });
    return () => {
      leave();
      this.#open.get(tell)?.stop();
      this.#open.delete(tell);
    };
  }

  /** The configuration was read again: streams that stay open listen to the runtime of now. */
  moved(): void {
    for (const [tell, { stream, stop }] of this.#open) {
      stop();
      this.#open.set(tell, { stream, stop: watchOf(stream.runtime()).listen(stream.wants, tell) });
    }
  }
}
