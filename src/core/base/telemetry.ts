import { channel } from 'node:diagnostics_channel';

/** What happens, for whoever counts it (the metrics of the HTTP server). Costs nothing while nobody listens; holds no arguments, no addresses and no secrets. */
export interface CallEvent {
  tool: string;
  caller: string;
  outcome: string;
  ms: number;
}

export interface UpstreamEvent {
  /** The prefix of its variables: `PROXMOX`, `PIHOLE_DNS1`. */
  prefix: string;
  /** HTTP status; 0 when no answer came. */
  status: number;
  ms: number;
}

export interface JournalEvent {
  event: string;
  tool: string;
}

export const telemetry = {
  call: channel('lares:call'),
  upstream: channel('lares:upstream'),
  journal: channel('lares:journal'),
} as const;

export interface Telemetry {
  call: CallEvent;
  upstream: UpstreamEvent;
  journal: JournalEvent;
}

export function emit<K extends keyof Telemetry>(what: K, event: Telemetry[K]): void {
  if (telemetry[what].hasSubscribers) telemetry[what].publish(event);
}

/** Returns the way to stop listening. */
export function subscribe<K extends keyof Telemetry>(
  what: K,
  heard: (event: Telemetry[K]) => void,
): () => void {
  const listener = (event: unknown): void => heard(event as Telemetry[K]);
  telemetry[what].subscribe(listener);
  return () => {
    telemetry[what].unsubscribe(listener);
  };
}
