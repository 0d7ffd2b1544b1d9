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
  readonly #told: (event: ServerEvent) => void;

  /** `told` gets what other replicas publish; `failed` hears that they cannot be reached. */
  constructor(
    store: SharedStore,
    told: (event: ServerEvent) => void,
    failed: (error: unknown) => void,
  ) {
    super();
    this.#store = store;
    this.#told = told;
    store.subscribe(channel, (message) => this.#heard(message)).catch(failed);
  }

  override publish(event: ServerEvent): void {
    super.publish(event);
    this.#store
      .publish(channel, JSON.stringify({ from: this.#self, event }))
      .catch(() => undefined);
  }

  #heard(message: string): void {
    const said = parseJson(message);
    if (!isObject(said) || said['from'] === this.#self || !isEvent(said['event'])) return;
    super.publish(said['event']);
    this.#told(said['event']);
  }
}

const kinds = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'];

/** Changes of one resource are seen by every replica itself. */
const isEvent = (event: unknown): event is ServerEvent =>
  isObject(event) && kinds.includes(String(event['kind']));
