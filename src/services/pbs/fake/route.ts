import type { World } from '../../../demo/world/index.ts';
import type { Access, Token } from './access.ts';
import type { Parameters, Values } from './parameters.ts';

/** What may be changed while it runs. Times ms. */
export interface Knobs {
  tokens: Token[];
  /** 3.2 to 4.2; the world's by default. */
  version: string;
  /** How long a 401 and a 403 keep the caller waiting. */
  rejectDelayMs: number;
  forbidDelayMs: number;
  /** Points of usage it has gathered; with fewer than seven it makes no estimate. */
  historyPoints: number;
  fingerprint: string;
}

/** One checked request. `attributes` end up beside `data`. */
export interface Call {
  values: Values;
  path: Record<string, string>;
  access: Access;
  world: World;
  knobs: Knobs;
  attributes: Record<string, unknown>;
}

/** `needs` is checked before the parameters, and refused in one text for all. */
export interface Route {
  path: string;
  open?: boolean;
  needs?: readonly [path: string, ...privileges: string[]];
  parameters?: Parameters;
  run(call: Call): unknown;
}

/** Epoch ms as the API writes times. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Whether a version is at least another: `4.2.3` is from `4`, `3.3` and `4.2` on. */
export function isFrom({ version }: Knobs, least: string): boolean {
  const [own, other] = [version, least].map((text) => text.split('.').map(Number));
  for (const [i, part] of (other ?? []).entries())
    if ((own?.[i] ?? 0) !== part) return (own?.[i] ?? 0) > part;
  return true;
}

/** Rows in an order that means nothing, as a file system or a hash map lists them; the same every time. */
export const scattered = <T>(rows: readonly T[]): T[] =>
  rows
    .map((row, i) => [(i * 7_919 + 3) % 10_007, row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row);
