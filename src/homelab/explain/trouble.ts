import type { Severity } from '../../core/health.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Ref } from '../../core/map.ts';
import { incidentRow } from '../incidents/incident-row.ts';
import type { Incident } from '../incidents/incident.ts';
import type { KnownFinding } from '../incidents/known-finding.ts';
import type { Look } from '../look.ts';
import type { Surroundings } from './surroundings.ts';

/** Where the cause is, seen from what was asked about. */
export const places = ['here', 'below', 'above'] as const;

/** An incident that has to do with it. */
export interface Trouble {
  id: string;
  severity: Severity;
  where: (typeof places)[number];
  message: string;
  /** Not said unasked. */
  muted?: true;
  since?: string;
  /** How many other findings follow. */
  following?: number;
  next?: { tool: string; arguments: JsonObject };
}

const order = { critical: 0, warning: 1, info: 2 } as const;

/** Incidents at it, at what it stands on, and at what stands on it: those that explain it first, those that are muted too: who asks wants to know. What is only worth knowing is told of itself alone. */
export function troubleOf(
  { subject, foundation, sides, services }: Surroundings,
  { incidents, silenced, map }: Pick<Look, 'incidents' | 'silenced' | 'map'>,
): Trouble[] {
  const here = new Set<Ref>([subject.ref, ...sides, ...services]);
  const below = new Set(foundation);
  const above = new Set(map.dependants(subject.ref));
  const isIn = (refs: ReadonlySet<Ref>, incident: Incident<KnownFinding>): boolean =>
    aboutOf(incident).some((ref) => refs.has(ref));
  const muted = new Set(silenced);
  return [...incidents, ...silenced]
    .flatMap((incident): Trouble[] => {
      const place = placeOf(incident);
      return place === undefined ? [] : [troubleFrom(incident, place)];
    })
    .sort(
      (a, b) =>
        places.indexOf(a.where) - places.indexOf(b.where) || order[a.severity] - order[b.severity],
    );

  function placeOf(incident: Incident<KnownFinding>): Trouble['where'] | undefined {
    if (isIn(here, incident)) return 'here';
    if (incident.severity === 'info') return undefined;
    if (isIn(below, incident)) return 'below';
    const follows = incident.consequences.some(({ finding }) =>
      finding.about.some((ref) => here.has(ref)),
    );
    if (follows) return 'here';
    return isIn(above, incident) ? 'above' : undefined;
  }

  function troubleFrom(incident: Incident<KnownFinding>, where: Trouble['where']): Trouble {
    const { id, severity, cause, consequences } = incident;
    const row = incidentRow(incident, map);
    const next = cause?.next ?? (row.next as Trouble['next']);
    return {
      id,
      severity,
      where,
      message: cause?.message ?? row.suspicion ?? id,
      ...(muted.has(incident) && { muted: true }),
      ...(cause?.since !== undefined && { since: cause.since }),
      ...(consequences.length > 0 && { following: consequences.length }),
      ...(next && { next }),
    };
  }
}

const aboutOf = ({ cause, suspect }: Incident<KnownFinding>): readonly Ref[] => [
  ...(cause?.about ?? []),
  ...(suspect ? [suspect] : []),
];
