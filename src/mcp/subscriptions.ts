import { ProtocolError, ProtocolErrorCode, type McpServer } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import { isObject } from '../core/base/json.ts';
import { isWatched, watchOf, type Change, type Wants } from '../homelab/watch.ts';

/** Sends what changed to the client of one server: that of a 2025 session, or the one behind stdin and stdout. One that has gone misses it. */
const notifier =
  ({ server }: McpServer) =>
  async (change: Change): Promise<void> => {
    try {
      if (change.kind === 'resource_updated') await server.sendResourceUpdated({ uri: change.uri });
      else await server.sendResourceListChanged();
    } catch {
      // The connection ended meanwhile.
    }
  };

/** Subscriptions of the 2025 revisions, of the client of one server. They stay when the server moves to another runtime. */
export class Subscriptions {
  readonly #server: McpServer;
  readonly #uris = new Set<string>();
  #runtime: Runtime | undefined;
  /** A client of these revisions hears of a changed list without asking, once it is initialized. */
  #list = false;
  #stop = (): void => undefined;

  constructor(server: McpServer) {
    this.#server = server;
  }

  /** Takes subscriptions, and listens in this runtime from now on. */
  listenIn(runtime: Runtime): void {
    if (this.#runtime === undefined) this.#begin();
    this.#runtime = runtime;
    this.#renew();
  }

  stop(): void {
    this.#stop();
    this.#stop = () => undefined;
  }

  #begin(): void {
    const { server } = this.#server;
    const { onclose } = server;
    server.onclose = () => {
      this.stop();
      onclose?.();
    };
    server.oninitialized = () => {
      this.#list = true;
      this.#renew();
    };
    server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
      if (!isWatched(uri))
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          'Changes of this resource are not told: lares://health and documents can be subscribed to',
        );
      this.#uris.add(uri);
      this.#renew();
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      this.#uris.delete(uri);
      this.#renew();
      return {};
    });
  }

  /** Listens for what is wanted now. */
  #renew(): void {
    this.stop();
    if (this.#runtime === undefined) return;
    const wants = { uris: new Set(this.#uris), list: this.#list };
    this.#stop = watchOf(this.#runtime).listen(wants, notifier(this.#server));
  }
}

/** The streams of 2026-07-28 on one connection without requests of their own: stdin and stdout. */
export class Streams {
  readonly #open = new Map<unknown, Wants>();
  #stop = (): void => undefined;

  /** One stream begins, or with undefined ends; all that are open are listened for in `runtime`. */
  set(id: unknown, wants: Wants | undefined, runtime: Runtime, server: McpServer): void {
    if (wants) this.#open.set(id, wants);
    else if (!this.#open.delete(id)) return;
    const streams = [...this.#open.values()];
    this.#stop();
    this.#stop = watchOf(runtime).listen(
      {
        uris: new Set(streams.flatMap(({ uris }) => [...uris])),
        list: streams.some(({ list }) => list),
      },
      notifier(server),
    );
  }
}

/** What a subscription filter asks for, as far as Lares can tell it. */
export function wantsOf(filter: unknown): Wants {
  const { resourceSubscriptions: uris, resourcesListChanged: list } = isObject(filter)
    ? filter
    : {};
  return {
    uris: new Set(
      Array.isArray(uris) ? uris.filter((uri): uri is string => typeof uri === 'string') : [],
    ),
    list: list === true,
  };
}
