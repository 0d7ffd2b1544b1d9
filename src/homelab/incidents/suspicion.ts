import { kindOf, type Kind, type Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import type { Incident, Symptom } from './incident.ts';

/** Fewer may be chance. */
const fewest = 3;
/** Share of what stands on the suspect that fails at least, and of everything else that fails at most. */
const shareOn = 0.5;
const shareElsewhere = 0.2;

/** What can be silently at fault: an address or a name is only a way to something. */
const suspectKinds: readonly Kind[] = [
  'node',
  'guest',
  'storage',
  'datastore',
  'device',
  'instance',
];

/**
 * Where several things stopped that nothing explains, and all of them stand on one thing that nobody accuses: one incident that says so.
 * Never of the only thing of its kind, which everything stands on, and never of one that is seen to be up.
 */
export function suspicions<F extends Symptom>(
  incidents: readonly Incident<F>[],
  map: HomelabMap,
): Incident<F>[] {
  const open = incidents.filter(
    ({ cause, consequences }) => cause?.effect === 'stops' && consequences.length === 0,
  );
  if (open.length < fewest) return [...incidents];
  const accused = new Set<Ref>(incidents.flatMap(({ cause }) => cause?.about ?? []));
  const victims = new Map<Ref, Incident<F>[]>();
  for (const incident of open) {
    const below = new Set(incident.cause?.about.flatMap((ref) => map.foundation(ref)));
    for (const ref of below)
      if (suspectKinds.includes(kindOf(ref)) && !accused.has(ref))
        victims.set(ref, [...(victims.get(ref) ?? []), incident]);
  }
  const taken = new Set<Incident<F>>();
  const made: Incident<F>[] = [];
  const candidates = [...victims].sort(
    ([a, on], [b, others]) => others.length - on.length || a.localeCompare(b),
  );
  for (const [suspect, all] of candidates) {
    const on = all.filter((incident) => !taken.has(incident));
    if (on.length < fewest || !isTelling(suspect, on, open, map)) continue;
    for (const incident of on) taken.add(incident);
    made.push(suspicionOf(suspect, on));
  }
  return [...incidents.filter((incident) => !taken.has(incident)), ...made];
}

function isTelling(
  suspect: Ref,
  on: readonly Incident[],
  open: readonly Incident[],
  map: HomelabMap,
): boolean {
  const peers = map.ofKind(kindOf(suspect));
  if (peers.length < 2 || map.things.get(suspect)?.state === 'up') return false;
  const failing = new Set(on.flatMap(({ cause }) => cause?.about ?? []));
  const kinds = new Set([...failing].map(kindOf));
  const standing = map.dependants(suspect).filter((ref) => kinds.has(kindOf(ref)));
  const there = new Set(standing);
  const elsewhere = [...map.things.values()].filter(
    ({ ref, idle }) => kinds.has(kindOf(ref)) && !idle && !there.has(ref),
  );
  const failingElsewhere = new Set(
    open.flatMap(({ cause }) => cause?.about ?? []).filter((ref) => !there.has(ref)),
  );
  const awake = standing.filter((ref) => !map.things.get(ref)?.idle);
  return (
    failing.size >= awake.length * shareOn &&
    failingElsewhere.size < Math.max(1, elsewhere.length * shareElsewhere)
  );
}

function suspicionOf<F extends Symptom>(suspect: Ref, on: readonly Incident<F>[]): Incident<F> {
  const findings = on.flatMap(({ cause }) => cause ?? []);
  const critical = findings.some(({ severity }) => severity === 'critical');
  return {
    id: `suspicion/${suspect}`,
    severity: critical ? 'critical' : 'warning',
    cause: undefined,
    suspect,
    consequences: findings.map((finding) => ({
      finding,
      path: [...finding.about.slice(0, 1), suspect],
    })),
  };
}
