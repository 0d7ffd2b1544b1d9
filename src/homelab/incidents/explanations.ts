import { idOf, kindOf, type Kind, type Link, type Ref } from '../../core/map.ts';
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

/**
 * Every finding that explains this one, with the shortest way down from each thing that it is about. Only what is broken or worse is a
 * consequence, and of several things only where each of them is explained: what is left over is a trouble of its own.
 */
export function explanationsOf<F extends Symptom>(
  finding: F,
  broken: Broken<F>,
  map: HomelabMap,
): Explanation<F>[] {
  if (!isTrouble(finding)) return [];
  const ways = subjectsOf(finding).map((start) => waysFrom(start, finding, broken, map));
  return ways.every((way) => way.length > 0) ? ways.flat() : [];
}

/** The things that must be explained: a pair stands for its halves where those are named too. */
function subjectsOf({ about }: Symptom): readonly Ref[] {
  const subjects = [...new Set(about)];
  const single = subjects.filter((ref) => !isPair(ref));
  return single.length > 0 ? single : subjects;
}

const isPair = (ref: Ref): boolean => kindOf(ref) === 'instance' && !idOf(ref).includes('/');

/** Causes that one thing stands on. */
function waysFrom<F extends Symptom>(
  start: Ref,
  finding: F,
  { causes, stopped }: Broken<F>,
  map: HomelabMap,
): Explanation<F>[] {
  const isSpare = (link: Link, of: Ref): boolean => {
    const group = alternativeOf(link);
    const others = map.below(of).filter((other) => alternativeOf(other) === group);
    return group !== undefined && others.some(({ to }) => !stopped.has(to));
  };
  const explanations: Explanation<F>[] = [];
  const known = new Set<F>();
  const ways = new Map<Ref, readonly Ref[]>([[start, [start]]]);
  for (const [ref, path] of ways) {
    for (const cause of causes.get(ref) ?? []) {
      if (cause === finding || known.has(cause) || !explains(cause, finding, path)) continue;
      known.add(cause);
      explanations.push({ cause, path });
    }
    if (path.length > depthLimit || ways.size > breadthLimit) continue;
    for (const link of map.below(ref)) {
      // One of several that are left does not stop what stands on all of them.
      if (ways.has(link.to) || (finding.effect === 'stops' && isSpare(link, ref))) continue;
      ways.set(link.to, [...path, link.to]);
    }
  }
  return explanations;
}

function explains(cause: Symptom, finding: Symptom, path: readonly Ref[]): boolean {
  if (beganBefore(finding, cause)) return false;
  const [start] = path;
  if (start !== undefined && path.length === 1)
    return isBefore(cause, finding) && meansTheSame(cause, finding, start);
  if (cause.effect === 'stops') return true;
  // What is worse makes worse what stands right on it; further up there are too many other reasons.
  return finding.effect === 'degrades' && path.length === 2;
}

/** Things of which a part may stop while the rest goes on. */
const composite: ReadonlySet<Kind> = new Set(['instance', 'job', 'workflow']);

/**
 * Whether two findings about one thing are one trouble. What is gone is gone for everyone who looks at it; what is merely worse may be so
 * in two ways. A server that still tells two things of itself is not gone, and a job may be wrong twice: those are two, unless the first
 * is that nothing is heard.
 */
function meansTheSame(cause: Symptom, finding: Symptom, about: Ref): boolean {
  if (cause.effect !== 'stops') return false;
  if (!composite.has(kindOf(about)) || cause.meaning === 'silent') return true;
  return serviceOf(cause) !== serviceOf(finding);
}

const serviceOf = ({ id }: Symptom): string => id.split('.')[0] ?? id;

function beganBefore(finding: Symptom, cause: Symptom): boolean {
  if (finding.since === undefined || cause.since === undefined) return false;
  return Date.parse(finding.since) + toleranceMs < Date.parse(cause.since);
}
