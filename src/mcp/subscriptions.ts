import { ProtocolError, ProtocolErrorCode, type McpServer } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import { isObject } from '../core/base/json.ts';
import { isWatched, watchOf, type Change, type Wants } from '../homelab/watch.ts';

/** What the client of one server listens for, whichever runtime it shows. */
interface Subscriptions {
  uris: Set<string>;
  list: boolean;
  stop(): void;
  /** Listens in the runtime of now, for what is wanted now. */
  renew(): void;
}

const subscribed = new WeakMap<McpServer, Subscriptions>();

/** Tells the client of one server: that of a 2025 session, or the one behind stdin and stdout. */
const teller =
  ({ server }: McpServer) =>
  (change: Change): void => {
    void (
      change.kind === 'resource_updated'
        ? server.sendResourceUpdated({ uri: change.uri })
        : server.sendResourceListChanged()
    ).catch(() => undefined);
  };

/** Subscriptions of the 2025 revisions. A server that moves to another runtime keeps those of its client. Returns the way to stop. */
export function subscriptionsOf(runtime: Runtime, server: McpServer): () => void {
  const mine = subscribed.get(server) ?? begun(server);
  mine.renew = () => {
    mine.stop();
    mine.stop = watchOf(runtime).listen(
      { uris: new Set(mine.uris), list: mine.list },
      teller(server),
    );
  };
  mine.renew();
  server.server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    if (!isWatched(uri))
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        'Changes of this resource are not told: lares://health and documents can be subscribed to',
      );
    mine.uris.add(uri);
    mine.renew();
    return {};
  });
  server.server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    mine.uris.delete(uri);
    mine.renew();
    return {};
  });
  return () => mine.stop();
}

function begun(server: McpServer): Subscriptions {
  const mine: Subscriptions = {
    uris: new Set(),
    list: false,
    stop: () => undefined,
    renew: () => undefined,
  };
  subscribed.set(server, mine);
  const { onclose } = server.server;
  server.server.onclose = () => {
    mine.stop();
    onclose?.();
  };
  // A client of these revisions hears of a changed list without asking.
  server.server.oninitialized = () => {
    mine.list = true;
    mine.renew();
  };
  return mine;
}

/** The streams of 2026-07-28 on one connection without requests of their own: stdin and stdout. */
export class Streams {
  readonly #open = new Map<unknown, Wants>();
  #stop = (): void => undefined;

  set(id: unknown, wants: Wants | undefined, runtime: Runtime, server: McpServer): void {
    if (wants) this.#open.set(id, wants);
    else if (!this.#open.delete(id)) return;
    const all = [...this.#open.values()];
    this.#stop();
    this.#stop = watchOf(runtime).listen(
      { uris: new Set(all.flatMap(({ uris }) => [...uris])), list: all.some(({ list }) => list) },
      teller(server),
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
