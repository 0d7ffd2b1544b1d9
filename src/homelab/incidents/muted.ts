import type { HomelabMap } from '../map/map.ts';
import type { Incident } from './incident.ts';
import { incidentsOf } from './incidents.ts';
import type { KnownFinding } from './known-finding.ts';

/** What is left to say, and what is silent: muted itself, or following from nothing that is not. */
export interface Audible {
  incidents: Incident<KnownFinding>[];
  muted: ReadonlySet<KnownFinding>;
  following: ReadonlySet<KnownFinding>;
}

/** Joined first and muted afterwards: what is muted takes along what follows from it alone. A symptom with another cause stays loud. */
export function audible(
  findings: readonly KnownFinding[],
  map: HomelabMap,
  isMuted: (id: string) => boolean,
): Audible {
  const all = incidentsOf(findings, map);
  const muted = new Set(findings.filter(({ id, isSilence }) => !isSilence && isMuted(id)));
  if (muted.size === 0) return { incidents: all, muted, following: new Set() };
  const mutedIds = new Set([...muted].map(({ id }) => id));
  const following = new Set<KnownFinding>();
  for (const { cause, consequences } of all) {
    if (!cause || !muted.has(cause)) continue;
    for (const { finding, also = [] } of consequences)
      if (!muted.has(finding) && also.every((id) => mutedIds.has(id))) following.add(finding);
  }
  const loud = findings.filter((finding) => !muted.has(finding) && !following.has(finding));
  return { incidents: incidentsOf(loud, map), muted, following };
}
