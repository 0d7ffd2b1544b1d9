import { createHash } from 'node:crypto';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import type { Ref } from '../map.ts';

/** How a write that was carried out ended. `unfinished`: not everything that was planned is done, or not yet; `failed`: it ran, and what came of it is a failure; `unknown`: nobody can say. */
export type Ending = 'done' | 'unfinished' | 'failed' | 'unknown';

/** The call that takes a write back, or why there is none. */
export type Undo = { tool: string; arguments: JsonObject } | { none: string };

/** What a write would do. `before` and `change` are what the decision depends on: no volatile numbers in them. */
export interface Plan<Change extends Json = Json> {
  /** An order: `restart LXC 30062 (n8n) on pve-mini5`. */
  summary: string;
  /** What it touches, stable: `proxmox/default/30062`. */
  target: string;
  /** What `LARES_PROTECT` rules match: `vmid:30062`, `name:n8n`, `tag:web`. Of everything that the write reaches, also of what it only sets off. */
  labels: readonly string[];
  before: Json;
  change: Change;
  undo: Undo;
  /** What the operator should know before saying yes. */
  warnings?: readonly string[];
  /** The things of the map that it takes away, interrupts or changes: a preview says what stands on them. Not for what is only started or read. */
  about?: readonly Ref[];
}

/** There is nothing to do; `already` says why, as a sentence. */
export interface NothingToDo {
  already: string;
  target: string;
}

/** A plan as it is shown. `code` confirms it, where the level of trust asks for one; it is good until `expires` (ISO 8601). */
export type ShownPlan = Omit<Plan, 'labels' | 'about'> & {
  risk: string;
  next: string;
  code?: string;
  expires?: string;
};

/** How a call of a write ended, short of an error. */
export type Outcome =
  | ({ outcome: 'preview' } & ShownPlan)
  | ({ outcome: 'waiting'; approve: string; page?: string } & ShownPlan)
  | ({ outcome: 'already' } & NothingToDo)
  | ({
      outcome: Ending;
      risk: string;
      approvedBy?: string;
      result: Json;
      text: string;
    } & Omit<Plan, 'labels' | 'about'>);

/**
 * SHA-256 of a plan, base64url. What was shown and what would be done are the same exactly when this is.
 * What a preview says of dependants is no part of it: that is put together from the answers of all services, and one that is slow
 * for a moment would make every code invalid, while the write itself would do exactly what was shown.
 */
export const digestOf = ({
  target,
  before,
  change,
}: Pick<Plan, 'target' | 'before' | 'change'>): string =>
  createHash('sha256')
    .update(canonical([target, before, change]))
    .digest('base64url');
