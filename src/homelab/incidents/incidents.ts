import type { Severity } from '../../core/health.ts';
import type { Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import type { Incident, Symptom } from './incident.ts';
import { suspicions } from './suspicion.ts';

/** How much earlier than its cause a consequence may have been seen: whoever looks more often sees it first. */
const toleranceMs = 10 * 60_000;

const weight: Readonly<Record<Severity, number>> = { critical: 3, warning: 2, info: 1 };
const depthLimit = 8;

/**
 * Findings joined into incidents, each finding in exactly one. A pure function, linear in findings for a map of bounded depth.
 * F explains S when what S is about stands on what F is about, F stops it (or degrades it, and S is no worse), and S did not begin before F.
 * The deepest cause wins; a finding with two causes names both. What nothing explains is an incident of its own,
 * or one of several that have a silent thing in common, told as a suspicion.
 */
export function incidentsOf<F extends Symptom>(
  findings: readonly F[],
  map: HomelabMap,
): Incident<F>[] {
  const causes = causesByRef(findings);
  const explained = new Map<F, Explanation<F>[]>();
  for (const finding of findings) {
    const explanations = explanationsOf(finding, causes, map);
    if (explanations.length > 0) explained.set(finding, explanations);
  }
  const roots = new Map<F, Incident<F>>();
  for (const finding of findings)
    if (!explained.has(finding)) roots.set(finding, incidentFrom(finding));
  for (const [finding, explanations] of explained) {
    const reached = rootsOf(explanations, explained, new Set([finding]));
    const [best, ...others] = [...reached].sort(byWeight);
    const incident = best && roots.get(best.cause);
    if (!best || !incident) {
      // Each explains the other: neither is the cause.
      roots.set(finding, incidentFrom(finding));
      continue;
    }
    const also = others.map(({ cause }) => cause.id);
    incident.consequences.push({ finding, path: best.path, ...(also.length > 0 && { also }) });
    if (weight[finding.severity] > weight[incident.severity]) incident.severity = finding.severity;
  }
  return suspicions([...roots.values()], map).sort(
    (a, b) => weight[b.severity] - weight[a.severity],
  );
}

interface Explanation<F extends Symptom> {
  cause: F;
  path: readonly Ref[];
}

const incidentFrom = <F extends Symptom>(cause: F): Incident<F> => ({
  id: cause.id,
  severity: cause.severity,
  cause,
  consequences: [],
});

/** What can be a cause: it stops or degrades something. By what it is about, the heaviest first. */
function causesByRef<F extends Symptom>(findings: readonly F[]): Map<Ref, F[]> {
  const causes = new Map<Ref, F[]>();
  for (const finding of findings) {
    if (finding.effect !== 'stops' && finding.effect !== 'degrades') continue;
    for (const ref of finding.about) {
      const known = causes.get(ref);
      if (known) known.push(finding);
      else causes.set(ref, [finding]);
    }
  }
  return causes;
}

/** Every finding that explains this one, with the way down. Only what is broken or worse is a consequence: a risk stands for itself. */
function explanationsOf<F extends Symptom>(
  finding: F,
  causes: ReadonlyMap<Ref, readonly F[]>,
  map: HomelabMap,
): Explanation<F>[] {
  if (finding.effect !== 'stops' && finding.effect !== 'degrades') return [];
  const found = new Map<F, Explanation<F>>();
  for (const start of finding.about) {
    const cameFrom = new Map<Ref, readonly Ref[]>([[start, [start]]]);
    for (const [ref, path] of cameFrom) {
      for (const cause of causes.get(ref) ?? [])
        if (cause !== finding && !found.has(cause) && explains(cause, finding, path.length))
          found.set(cause, { cause, path });
      if (path.length > depthLimit) continue;
      for (const { to } of map.below(ref)) if (!cameFrom.has(to)) cameFrom.set(to, [...path, to]);
    }
  }
  return [...found.values()];
}

function explains(cause: Symptom, finding: Symptom, distance: number): boolean {
  if (cause.effect === 'degrades' && finding.effect === 'stops') return false;
  if (beganBefore(finding, cause)) return false;
  // About the same thing: the one that says more is the cause; of equals the one that was seen first, so that two do not explain each other.
  if (distance === 1) return isBefore(cause, finding);
  return true;
}

function isBefore(a: Symptom, b: Symptom): boolean {
  if (a.effect !== b.effect) return a.effect === 'stops';
  if (a.severity !== b.severity) return weight[a.severity] > weight[b.severity];
  const [first, second] = [a.since ?? '', b.since ?? ''];
  return first === second ? a.id < b.id : first !== '' && (second === '' || first < second);
}

function beganBefore(finding: Symptom, cause: Symptom): boolean {
  if (finding.since === undefined || cause.since === undefined) return false;
  return Date.parse(finding.since) + toleranceMs < Date.parse(cause.since);
}

/** The causes that nothing explains in turn, each with the whole way down to it. */
function rootsOf<F extends Symptom>(
  explanations: readonly Explanation<F>[],
  explained: ReadonlyMap<F, readonly Explanation<F>[]>,
  seen: Set<F>,
): Explanation<F>[] {
  const roots: Explanation<F>[] = [];
  for (const { cause, path } of explanations) {
    if (seen.has(cause)) continue;
    seen.add(cause);
    const deeper = explained.get(cause);
    if (!deeper) roots.push({ cause, path });
    else
      for (const root of rootsOf(deeper, explained, seen))
        roots.push({ cause: root.cause, path: joined(path, root.path) });
  }
  return roots;
}

/** Two ways that meet; where the second begins at a thing of the first, what lies between is left out. */
function joined(path: readonly Ref[], on: readonly Ref[]): readonly Ref[] {
  const [start] = on;
  const meeting = start === undefined ? -1 : path.indexOf(start);
  return meeting < 0 ? [...path, ...on] : [...path.slice(0, meeting), ...on];
}

function byWeight(a: Explanation<Symptom>, b: Explanation<Symptom>): number {
  return (
    weight[b.cause.severity] - weight[a.cause.severity] ||
    a.path.length - b.path.length ||
    a.cause.id.localeCompare(b.cause.id)
  );
}
