import type { DriftKind, Statement } from '../../core/drift.ts';
import type { Ref, Thing } from '../../core/map.ts';

/** Something of which two sources say different things. */
export interface DriftRow {
  /** Stable: `drift.rule/subject`, as `LARES_MUTE` matches it. */
  id: string;
  kind: DriftKind;
  rule: string;
  subject: string;
  about: Ref;
  /** Both sides, or more, and who says so. */
  statements: readonly Statement[];
  /** `likely`: nothing says otherwise, but something that could was not told. */
  sure: 'certain' | 'likely';
  next?: Thing['more'];
  /** The finding that tells the same. */
  finding?: string | undefined;
}

/** What a rule finds, before it is told which rule it is of. */
export type Difference = Omit<DriftRow, 'id' | 'kind' | 'rule'>;
