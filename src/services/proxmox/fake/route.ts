import { minute } from '../../../demo/world/clock.ts';
import type { Node } from '../../../demo/world/nodes.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Access, Token } from './access.ts';
import type { Agenda } from './agenda.ts';
import type { Parameters, Values } from './parameters.ts';
import type { Workers } from './workers.ts';

/** What a test may change. Times ms; `polls` count looks at tasks, guests or the overview. */
export interface Knobs {
  tokens: Token[];
  /** How long a 401 keeps the caller waiting. */
  rejectDelayMs: number;
  /** How long a call to a silent node waits for its 596. */
  proxyTimeoutMs: number;
  /** How long a silent guest agent is pinged. */
  agentTimeoutMs: number;
  /** Polls until a task ends, until the HA manager acts, and until a rebooted VM is back. `Infinity` leaves it to the clock. */
  taskPolls: number;
  haPolls: number;
  bootPolls: number;
  /** Guests that do not react to a clean shutdown. */
  ignoresShutdown: 'nobody' | 'vms without agent' | 'everybody';
  /** The node that answers, to which PROXMOX_URL points. */
  node: string;
  fingerprint: string;
}

/** Everything a handler may use. */
export interface Cluster {
  world: World;
  knobs: Knobs;
  agenda: Agenda;
  workers: Workers;
  random: () => number;
}

/** One checked request. `total` ends up beside `data`. */
export interface Call {
  values: Values;
  path: Record<string, string>;
  access: Access;
  cluster: Cluster;
  total?: number;
  delayMs?: number;
}

/** `needs` is a path template and the privileges of which one suffices; `watches` says that this read is a poll. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  needs?: readonly [path: string, ...privileges: string[]];
  parameters?: Parameters;
  forwarded?: boolean;
  refusesTokens?: boolean;
  watches?: boolean;
  run(call: Call): unknown;
}

/** Epoch ms as the API writes times. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
export const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** Nodes keep and show a dead node's last values for five minutes (pmxcfs status.c `rrd_entry_is_old`). */
export const isForgotten = (node: Node, now: number): boolean =>
  node.offline !== null && now - node.offline.since > 5 * minute;

/** The node that a request is about, once it has been forwarded to it. */
export const answeringNode = ({ path: { node = '' }, cluster: { world, knobs } }: Call): Node =>
  world.node(node === 'localhost' ? knobs.node : node);
