import { kindOf, type Kind, type Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';
import { weight, type Incident, type Symptom } from './incident.ts';

/** Fewer may be chance. */
const fewest = 3;
/** Share of what stands on the suspect that fails at least, and of everything else that fails at most. */
const shareOn = 0.5;
const shareElsewhere = 0.2;
/** Looking at a suspect means looking at everything that stands on it. */
const maxSuspects = 20;

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
  const open = incidents.filter(({ cause }) => cause?.effect === 'stops');
  if (open.length < fewest) return [...incidents];
  const victims = victimsBySuspect(open, incidents, map);
  if (victims.size === 0) return [...incidents];
  const census = censusOf(open, map);
  const taken = new Set<Incident<F>>();
  const made: Incident<F>[] = [];
  const candidates = [...victims]
    .filter(([, on]) => on.length >= fewest)
    .sort(([a, on], [b, others]) => others.length - on.length || (a < b ? -1 : 1))
    .slice(0, maxSuspects)
    .map(([suspect, on]) => ({ suspect, on, standing: map.dependants(suspect) }))
    .sort((a, b) => b.on.length - a.on.length || a.standing.length - b.standing.length);
  for (const { suspect, on: all, standing } of candidates) {
    const on = all.filter((incident) => !taken.has(incident));
    if (on.length < fewest || !isTelling(suspect, on, standing, census, map)) continue;
    for (const incident of on) taken.add(incident);
    made.push(suspicionOf(suspect, on, map));
  }
  return [...incidents.filter((incident) => !taken.has(incident)), ...made];
}

/** Everything below what stopped, with the incidents that stand on it. */
function victimsBySuspect<F extends Symptom>(
  open: readonly Incident<F>[],
  incidents: readonly Incident<F>[],
  map: HomelabMap,
): Map<Ref, Incident<F>[]> {
  const accused = new Set<Ref>(incidents.flatMap(({ cause }) => cause?.about ?? []));
  const victims = new Map<Ref, Incident<F>[]>();
  for (const incident of open)
    for (const ref of new Set(incident.cause?.about.flatMap((about) => map.foundation(about)))) {
      if (!suspectKinds.includes(kindOf(ref)) || accused.has(ref)) continue;
      const known = victims.get(ref);
      if (known) known.push(incident);
      else victims.set(ref, [incident]);
    }
  return victims;
}

/** How many things of a kind are meant to work, and which of them failed without a cause. */
interface Census {
  awake: ReadonlyMap<Kind, number>;
  failing: ReadonlySet<Ref>;
}

function censusOf(open: readonly Incident[], map: HomelabMap): Census {
  const awake = new Map<Kind, number>();
  for (const { ref, idle } of map.things.values())
    if (!idle) awake.set(kindOf(ref), (awake.get(kindOf(ref)) ?? 0) + 1);
  return { awake, failing: new Set(open.flatMap(({ cause }) => cause?.about ?? [])) };
}

function isTelling(
  suspect: Ref,
  on: readonly Incident[],
  standing: readonly Ref[],
  { awake, failing }: Census,
  map: HomelabMap,
): boolean {
  if ((awake.get(kindOf(suspect)) ?? 0) < 2 || map.things.get(suspect)?.state === 'up')
    return false;
  const kinds = new Set(on.flatMap(({ cause }) => cause?.about.map(kindOf) ?? []));
  const there = standing.filter(
    (ref) => kinds.has(kindOf(ref)) && map.things.get(ref)?.idle !== true,
  );
  const failingThere = there.filter((ref) => failing.has(ref)).length;
  const failingElsewhere =
    [...failing].filter((ref) => kinds.has(kindOf(ref))).length - failingThere;
  let elsewhere = -there.length;
  for (const kind of kinds) elsewhere += awake.get(kind) ?? 0;
  return (
    failingThere >= there.length * shareOn &&
    failingElsewhere < Math.max(1, elsewhere * shareElsewhere)
  );
}

function suspicionOf<F extends Symptom>(
  suspect: Ref,
  on: readonly Incident<F>[],
  map: HomelabMap,
): Incident<F> {
  const worst = [...on].sort((a, b) => weight[b.severity] - weight[a.severity])[0];
  return {
    id: `suspicion/${suspect}`,
    severity: worst?.severity ?? 'warning',
    cause: undefined,
    suspect,
    consequences: on.flatMap(({ cause, consequences }) => [
      ...(cause ? [{ finding: cause, path: wayTo(cause, suspect, map) }] : []),
      ...consequences,
    ]),
  };
}

const wayTo = ({ about }: Symptom, suspect: Ref, map: HomelabMap): readonly Ref[] =>
  about.flatMap((ref) => [map.path(ref, suspect) ?? []]).find((way) => way.length > 0) ?? [suspect];
