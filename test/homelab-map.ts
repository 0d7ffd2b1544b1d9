import type { Finding } from '../src/core/health.ts';
import { LaresError } from '../src/core/base/errors.ts';
import type { ConfiguredService } from '../src/core/runtime.ts';
import type { CallContext } from '../src/core/tool.ts';
import type { Symptom } from '../src/homelab/incidents/incident.ts';
import { HomelabMap, type MapPart } from '../src/homelab/map/map.ts';
import type { Lab } from './harness.ts';

/** What all services of a lab say of the homelab at one moment. A service, or an instance, that does not answer says nothing. */
export interface Picture {
  map: HomelabMap;
  parts: readonly MapPart[];
  /** Those that say what they are about, and what they do to it. */
  findings: (Finding & Symptom)[];
  /** Ids of those that do not. */
  unsaid: string[];
}

/** Joins what the check-ups and the inventories of all services tell. */
export async function pictureOf({ house }: Lab): Promise<Picture> {
  const parts: MapPart[] = [];
  const findings: Picture['findings'] = [];
  const unsaid: string[] = [];
  for (const configured of house.services.filter(({ instances }) => instances.size > 0)) {
    const { title } = configured.service;
    const behaviour = await configured.service.load();
    const context = contextOf(configured, house.now);
    const report = await unlessSilent(() => behaviour.health(context, 20_000));
    const inventory = await unlessSilent(() => behaviour.inventory?.(context, 'addresses'));
    parts.push({ by: title, things: [...(report?.things ?? []), ...(inventory?.things ?? [])] });
    for (const finding of report?.findings ?? []) {
      const { about, effect } = finding;
      if (about && effect) findings.push({ ...finding, about, effect });
      else unsaid.push(finding.id);
    }
  }
  return { map: new HomelabMap(parts), parts, findings, unsaid };
}

async function unlessSilent<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LaresError) return undefined;
    throw error;
  }
}

/** Findings of one service that say nothing of what they are about, or name what no service has in its part of the map. */
export const adrift = ({ map, findings, unsaid }: Picture, service: string): string[] => [
  ...unsaid.filter((id) => id.startsWith(`${service}.`)),
  ...findings
    .filter(
      ({ id, about }) => id.startsWith(`${service}.`) && !about.every((ref) => map.things.has(ref)),
    )
    .map(({ id }) => id),
];

const contextOf = ({ instances, without }: ConfiguredService, now: () => number): CallContext => ({
  signal: new AbortController().signal,
  progress: () => undefined,
  now,
  instances,
  without,
  failed: () => undefined,
});
