import type { HomelabMap } from '../map/map.ts';
import { causedBy } from './incidents.ts';
import type { KnownFinding } from './known-finding.ts';

/**
 * What somebody does on purpose and is over by itself, a restart or a backup that stops its guest, takes nothing with it that needs a hand:
 * what follows from it alone becomes information, and where nothing does it is not worth a word. By the finding as it came; `undefined`: left out.
 */
export function calmed(
  findings: readonly KnownFinding[],
  map: HomelabMap,
): ReadonlyMap<KnownFinding, KnownFinding | undefined> {
  const changed = new Map<KnownFinding, KnownFinding | undefined>();
  const passing = new Set(findings.filter((finding) => finding.isPassing));
  if (passing.size === 0) return changed;
  for (const finding of passing) changed.set(finding, undefined);
  for (const { cause, consequences } of causedBy(findings, map)) {
    if (!cause || !passing.has(cause) || consequences.length === 0) continue;
    changed.set(cause, cause);
    for (const { finding, also = [] } of consequences)
      if (!passing.has(finding) && also.every((other) => passing.has(other)))
        changed.set(finding, { ...finding, severity: 'info' });
  }
  return changed;
}
