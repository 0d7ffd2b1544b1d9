import { McpServer } from '@modelcontextprotocol/server';
import { Subscriptions } from './subscriptions.ts';

/** What was put onto a server, and can be taken off again. */
export interface Registration {
  remove(): void;
}

/** The SDK's server, with what Lares keeps about it: a server outlives the runtime that it shows, so this cannot be kept there. */
export class LaresServer extends McpServer {
  /** What the runtime it shows now has put onto it. */
  registrations: readonly Registration[] = [];
  /** What its client listens for. */
  readonly subscriptions = new Subscriptions(this);
}
