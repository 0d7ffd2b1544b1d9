import type { HomelabMap } from '../map/map.ts';
import type { Incident } from './incident.ts';
import { causedBy, incidentsOf, withSuspicions } from './incidents.ts';
import type { KnownFinding } from './known-finding.ts';

/** What is left to say, and what is silent: muted itself, or following from nothing that is not. */
export interface Audible {
  incidents: Incident<KnownFinding>[];
  /** What is not said unasked: each muted cause with what is silent because of it. */
  silenced: Incident<KnownFinding>[];
  muted: ReadonlySet<KnownFinding>;
  following: ReadonlySet<KnownFinding>;
}

/** Joined first and muted afterwards: what is muted takes along what follows from it alone, of a suspicion as well. A symptom with another cause stays loud. */
export function audible(
  findings: readonly KnownFinding[],
  map: HomelabMap,
  isMuted: (id: string) => boolean,
): Audible {
  const incidents = causedBy(findings, map);
  const muted = new Set(findings.filter(({ id, isSilence }) => !isSilence && isMuted(id)));
  const following = new Set<KnownFinding>();
  if (muted.size === 0)
    return { incidents: withSuspicions(incidents, map), silenced: [], muted, following };
  const silenced: Incident<KnownFinding>[] = [];
  for (const incident of incidents) {
    if (!incident.cause || !muted.has(incident.cause)) continue;
    const silent = incident.consequences.filter(
      ({ finding, also = [] }) => muted.has(finding) || also.every((cause) => muted.has(cause)),
    );
    for (const { finding } of silent) if (!muted.has(finding)) following.add(finding);
    silenced.push({ ...incident, consequences: silent });
  }
  const loud = findings.filter((finding) => !muted.has(finding) && !following.has(finding));
  return { incidents: incidentsOf(loud, map), silenced, muted, following };
}
