import { channel } from 'node:diagnostics_channel';

/**
 * What happens, for whoever counts it or logs it. Costs a check while nobody listens.
 * No event holds an argument, a body, a header, a query value or the address of a server; what a listener writes down it redacts all the same.
 */
export interface CallEvent {
  tool: string;
  /** Who asked: the name of a client or of its token, as the journal knows it. Anybody may call themselves anything. */
  caller: string;
  /** How it ended: `ok`, `partial`, the outcome of a write, `cancelled`, or the kind of the error. */
  outcome: string;
  ms: number;
}

/** One request that left, a login too. */
export interface UpstreamEvent {
  /** The prefix of its variables: `PROXMOX`, `PIHOLE_DNS1`. */
  prefix: string;
  instance: string;
  method: string;
  /** Below the base URL; of a query only its names: `/search?text=…`. */
  path: string;
  /** HTTP status; 0 when no answer came. */
  status: number;
  ms: number;
  /** How often the same was tried before. */
  retries: number;
  /** Several calls asked the same at the same moment and waited for this one answer. */
  shared: boolean;
}

/** One line of the journal. */
export interface JournalEvent {
  event: string;
  tool: string;
}

/** One channel a kind of event; `emit` and `subscribe` are the way to them. */
export const telemetry = {
  call: channel('lares:call'),
  upstream: channel('lares:upstream'),
  journal: channel('lares:journal'),
} as const;

/** The event of each kind. */
export interface Telemetry {
  call: CallEvent;
  upstream: UpstreamEvent;
  journal: JournalEvent;
}

/** Tells whoever listens. Never throws: a listener that does is Node's to report. */
export function emit<K extends keyof Telemetry>(what: K, event: Telemetry[K]): void {
  if (telemetry[what].hasSubscribers) telemetry[what].publish(event);
}

/** Calls `listener` for every event of a kind. Returns the way to stop. */
export function subscribe<K extends keyof Telemetry>(
  what: K,
  listener: (event: Telemetry[K]) => void,
): () => void {
  const receive = (event: unknown): void => listener(event as Telemetry[K]);
  telemetry[what].subscribe(receive);
  return () => {
    telemetry[what].unsubscribe(receive);
  };
}
