import type { Link, Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import { alternativeOf, isTrouble } from './causes.ts';
import { isBefore, type Symptom } from './incident.ts';

/** A finding that would explain another one, and the way down to it. */
export interface Explanation<F extends Symptom> {
  cause: F;
  path: readonly Ref[];
}

/** Broken things, by what says so, and everything that cannot work because of them. */
export interface Broken<F extends Symptom> {
  causes: ReadonlyMap<Ref, readonly F[]>;
  stopped: ReadonlySet<Ref>;
}

/** How much earlier than its cause a consequence may have been seen: whoever looks more often sees it first. */
const toleranceMs = 10 * 60_000;

/** Links of a way, and things looked at for one finding. */
const depthLimit = 8;
const breadthLimit = 2_000;

/** Every finding that explains this one, with the shortest way down from each thing that it is about. Only what is broken or worse is a consequence. */
export function explanationsOf<F extends Symptom>(
  finding: F,
  { causes, stopped }: Broken<F>,
  map: HomelabMap,
): Explanation<F>[] {
  if (!isTrouble(finding)) return [];
  const isSpare = (link: Link, of: Ref): boolean => {
    const group = alternativeOf(link);
    const others = map.below(of).filter((other) => alternativeOf(other) === group);
    return group !== undefined && others.some(({ to }) => !stopped.has(to));
  };
  const explanations: Explanation<F>[] = [];
  for (const start of new Set(finding.about)) {
    const found = new Set<F>();
    const ways = new Map<Ref, readonly Ref[]>([[start, [start]]]);
    for (const [ref, path] of ways) {
      for (const cause of causes.get(ref) ?? []) {
        if (cause === finding || found.has(cause) || !explains(cause, finding, path.length))
          continue;
        found.add(cause);
        explanations.push({ cause, path });
      }
      if (path.length > depthLimit || ways.size > breadthLimit) continue;
      for (const link of map.below(ref)) {
        // One of several that are left does not stop what stands on all of them.
        if (ways.has(link.to) || (finding.effect === 'stops' && isSpare(link, ref))) continue;
        ways.set(link.to, [...path, link.to]);
      }
    }
  }
  return explanations;
}

function explains(cause: Symptom, finding: Symptom, distance: number): boolean {
  if (beganBefore(finding, cause)) return false;
  if (distance === 1) return isBefore(cause, finding);
  if (cause.effect === 'stops') return true;
  // What is worse makes worse what stands right on it; further up there are too many other reasons.
  return finding.effect === 'degrades' && distance === 2;
}

function beganBefore(finding: Symptom, cause: Symptom): boolean {
  if (finding.since === undefined || cause.since === undefined) return false;
  return Date.parse(finding.since) + toleranceMs < Date.parse(cause.since);
}
