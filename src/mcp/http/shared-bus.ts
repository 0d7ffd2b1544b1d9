import { randomUUID } from 'node:crypto';
import type { ServerEvent } from '@modelcontextprotocol/server';
import { isObject, parseJson } from '../../core/base/json.ts';
import type { SharedStore } from '../../core/state/store.ts';
import { SubscriptionBus } from '../subscription-bus.ts';

const channel = 'events';

/** Tells the clients of every replica what one of them publishes. */
export class SharedBus extends SubscriptionBus {
  readonly #self = randomUUID();
  readonly #store: SharedStore;
  readonly #onEvent: (event: ServerEvent) => void;

  /** `onEvent` gets what other replicas publish; `onError` hears that they cannot be reached. */
  constructor(
    store: SharedStore,
    onEvent: (event: ServerEvent) => void,
    onError: (error: unknown) => void,
  ) {
    super();
    this.#store = store;
    this.#onEvent = onEvent;
    store.subscribe(channel, (message) => this.#receive(message)).catch(onError);
  }

  override publish(event: ServerEvent): void {
    super.publish(event);
    this.#store
      .publish(channel, JSON.stringify({ from: this.#self, event }))
      .catch(() => undefined);
  }

  #receive(message: string): void {
    const sent = parseJson(message);
    if (!isObject(sent) || sent['from'] === this.#self || !isEvent(sent['event'])) return;
    super.publish(sent['event']);
    this.#onEvent(sent['event']);
  }
}

const kinds = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'];

/** Changes of one resource are seen by every replica itself. */
const isEvent = (event: unknown): event is ServerEvent =>
  isObject(event) && kinds.includes(String(event['kind']));
