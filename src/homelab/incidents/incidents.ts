import type { Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import { alikeOf } from './alike.ts';
import { causesByRef, stoppedBy } from './causes.ts';
import { explanationsOf, type Explanation } from './explanations.ts';
import { isBefore, weight, type Incident, type Symptom } from './incident.ts';
import { suspicions } from './suspicion.ts';

/**
 * Findings joined into incidents, each finding in exactly one. A pure function, linear in findings for a map of bounded depth; the order of the findings makes no difference.
 * F explains S when all that S is about stands on what F is about, F stops it (or degrades it, and S stands right on it and is no worse), and S did not begin before F;
 * or when both tell the same trouble of the same thing.
 * The deepest cause wins; a finding with two causes names both. What nothing explains is an incident of its own,
 * or one of several that have a silent thing in common, told as a suspicion.
 */
export const incidentsOf = <F extends Symptom>(
  findings: readonly F[],
  map: HomelabMap,
): Incident<F>[] => withSuspicions(causedBy(findings, map), map);

/** The same by their causes alone: what several of them have in common is not looked for. */
export function causedBy<F extends Symptom>(
  findings: readonly F[],
  map: HomelabMap,
): Incident<F>[] {
  const ordered = findings.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  const causes = causesByRef(ordered);
  const broken = { causes, stopped: stoppedBy(causes, map) };
  const explained = new Map<F, Explanation<F>[]>();
  const alike = alikeOf(ordered, map);
  for (const finding of ordered) {
    const explanations = [...explanationsOf(finding, broken, map), ...(alike.get(finding) ?? [])];
    if (explanations.length > 0) explained.set(finding, explanations);
  }
  const roots = new Map<F, Incident<F>>();
  for (const finding of ordered)
    if (!explained.has(finding)) roots.set(finding, incidentFrom(finding));
  for (const [finding, explanations] of explained) {
    const reached = rootsOf(explanations, explained, new Map([[finding, new Set(finding.about)]]));
    const [best, ...others] = [...reached.values()].sort(byWeight);
    const incident = best && roots.get(best.cause);
    if (!incident) {
      // Its causes explain each other, or are explained at another of the things they are about.
      roots.set(finding, incidentFrom(finding));
      continue;
    }
    const also = others.map(({ cause }) => cause);
    incident.consequences.push({ finding, path: best.path, ...(also.length > 0 && { also }) });
    if (weight[finding.severity] > weight[incident.severity]) incident.severity = finding.severity;
  }
  return [...roots.values()];
}

/** Those with a silent thing in common become one; the worst first. */
export const withSuspicions = <F extends Symptom>(
  incidents: readonly Incident<F>[],
  map: HomelabMap,
): Incident<F>[] =>
  suspicions(incidents, map).sort(
    (a, b) =>
      weight[b.severity] - weight[a.severity] || b.consequences.length - a.consequences.length,
  );

const incidentFrom = <F extends Symptom>(cause: F): Incident<F> => ({
  id: cause.id,
  severity: cause.severity,
  cause,
  consequences: [],
});

/** The causes that nothing explains in turn, each with the whole way down to it. A cause that is about several things leads on only from the one it was reached at. */
function rootsOf<F extends Symptom>(
  explanations: readonly Explanation<F>[],
  explained: ReadonlyMap<F, readonly Explanation<F>[]>,
  seen: Map<F, Set<Ref | undefined>>,
): Map<F, Explanation<F>> {
  const roots = new Map<F, Explanation<F>>();
  const keep = (root: Explanation<F>): void => {
    const known = roots.get(root.cause);
    if (!known || root.path.length < known.path.length) roots.set(root.cause, root);
  };
  for (const { cause, path } of explanations) {
    const reached = path.at(-1);
    const places = seen.get(cause) ?? new Set();
    seen.set(cause, places);
    if (places.has(reached)) continue;
    places.add(reached);
    const deeper = explained.get(cause);
    if (!deeper) keep({ cause, path });
    else
      for (const root of rootsOf(
        deeper.filter(({ path: [start] }) => start === reached),
        explained,
        seen,
      ).values())
        keep({ cause: root.cause, path: [...path, ...root.path.slice(1)] });
  }
  return roots;
}

function byWeight(a: Explanation<Symptom>, b: Explanation<Symptom>): number {
  return (
    weight[b.cause.severity] - weight[a.cause.severity] ||
    a.path.length - b.path.length ||
    (a.cause.id < b.cause.id ? -1 : 1)
  );
}
