import type { Ref } from '../map.ts';
import type { Journal } from '../state/journal.ts';
import type { ApprovalStore } from '../state/approvals.ts';
import type { Sealer } from './code.ts';
import type { Level } from './policy.ts';
import type { Rule } from './protect.ts';
import type { RunningWrites } from './running-writes.ts';
import type { WriteQueue } from './write-queue.ts';

/** Everything the gate asks before it opens. */
export interface Guard {
  level: Level;
  /** Why writes are off although nobody asked for that. */
  offBecause: readonly string[];
  /** Who asks, as far as can be known: the client's name, or that of its token. */
  caller: string;
  journal: Journal;
  approvals: ApprovalStore;
  sealer: Sealer;
  rules: readonly Rule[];
  /** Whether the kill switch is in place, now. */
  isKillSwitchOn(): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How long a code is good, in milliseconds. */
  codeMs: number;
  /** The writes that this process is carrying out. */
  running: RunningWrites;
  /** Where they wait for one another. */
  queue: WriteQueue;
  /** What stands on what a plan touches, as lines for its preview; none: nobody here knows. Rejects only when the call was cancelled. */
  dependantsOf?: ((about: readonly Ref[]) => Promise<readonly string[]>) | undefined;
  /** Where a person finds the approval page, when there is one: the URL in front of the code. */
  page?: string | undefined;
}
