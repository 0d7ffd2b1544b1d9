import { kindOf, type Kind, type Ref } from '../../core/map.ts';
import { stoppedBy } from '../incidents/causes.ts';
import type { Symptom } from '../incidents/incident.ts';
import type { Look } from '../look.ts';
import type { HomelabMap } from '../map/map.ts';
import { pairsLostWith } from '../server-state.ts';
import { isTold } from './chain.ts';

/** Things of one kind that stand on it. */
export interface Dependants {
  kind: Kind;
  count: number;
  /** Of those that would stop with it; the first ones. */
  names: string[];
  /** How many of them would go on: they have another way. */
  spared?: number;
}

/** What a person would miss, first; addresses and upstreams are only ways to it. */
const missed: readonly Kind[] = [
  'site',
  'guest',
  'instance',
  'datastore',
  'storage',
  'workflow',
  'job',
  'backup',
  'name',
  'target',
  'source',
];

/** Names of those that people use, and of the others. */
const maxNames = { used: 6, others: 3 };
const used: readonly Kind[] = ['site', 'guest', 'instance', 'workflow'];

/** Everything that depends on it by kind, and what of that would stop if it did. */
export function dependantsOf(subject: Ref, look: Pick<Look, 'map' | 'seen'>): Dependants[] {
  const { map } = look;
  const { lost, stopped } = stoppedWith(subject, look);
  const dependants = [...new Set([...lost.flatMap((ref) => [ref, ...map.dependants(ref)])])].filter(
    (ref) => ref !== subject,
  );
  return missed.flatMap((kind) => {
    const own = dependants.filter(
      (ref) => kindOf(ref) === kind && isTold(ref, map) && !isIdle(ref, map),
    );
    if (own.length === 0) return [];
    const stopping = own
      .filter((ref) => stopped.has(ref))
      .sort((a, b) => map.above(b).length - map.above(a).length);
    const spared = own.length - stopping.length;
    return [
      {
        kind,
        count: own.length,
        names: stopping
          .slice(0, used.includes(kind) ? maxNames.used : maxNames.others)
          .map((ref) => map.things.get(ref)?.title ?? ref),
        ...(spared > 0 && { spared }),
      },
    ];
  });
}

/** What cannot work without it, and the pairs that are lost with it, because none of their servers is left. */
function stoppedWith(
  subject: Ref,
  look: Pick<Look, 'map' | 'seen'>,
): { lost: readonly Ref[]; stopped: ReadonlySet<Ref> } {
  const lost = new Set<Ref>([subject]);
  for (;;) {
    const causes = new Map([...lost].map((ref) => [ref, [stopOf(ref)]]));
    const stopped = stoppedBy(causes, look.map);
    const pairs = [...stopped]
      .flatMap((ref) => pairsLostWith(ref, stopped, ['stopped'], look))
      .filter((pair) => !stopped.has(pair));
    if (pairs.length === 0) return { lost: [...lost], stopped };
    for (const pair of pairs) lost.add(pair);
  }
}

const stopOf = (ref: Ref): Symptom => ({
  id: ref,
  severity: 'critical',
  about: [ref],
  effect: 'stops',
});

const isIdle = (ref: Ref, map: HomelabMap): boolean => map.things.get(ref)?.idle === true;
