import type { DriftKind } from '../../core/drift.ts';
import type { Kind } from '../../core/map.ts';
import type { Difference } from './drift-row.ts';
import type { Evidence } from './evidence.ts';

/** What two sources may say differently. A pure function of the map, and what it needs to know of the map. */
export interface Rule {
  rule: string;
  kind: DriftKind;
  /** The sides it compares: where nobody describes one, it does not exist; where one is not whole, nothing is compared. */
  needs: readonly Kind[];
  /** What would excuse a difference: nobody has to describe it, but whoever does must have told it all. */
  heeds?: readonly Kind[];
  rows(evidence: Evidence): Difference[];
}
