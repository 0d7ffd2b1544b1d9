import type { Finding } from '../src/core/health.ts';
import { LaresError } from '../src/core/base/errors.ts';
import { kindOf, verbs, type Kind, type Thing } from '../src/core/map.ts';
import type { ConfiguredService } from '../src/core/runtime.ts';
import type { CallContext } from '../src/core/tool.ts';
import { HomelabMap, type MapPart } from '../src/homelab/map/map.ts';
import type { Lab } from './harness.ts';

/** What all services of a lab say of the homelab at one moment. A service, or an instance, that does not answer says nothing. */
export interface Picture {
  map: HomelabMap;
  parts: readonly MapPart[];
  /** What the check-up and the inventory of a service tell, each for itself. */
  partsOf(service: string): { checkup: readonly Thing[]; inventory: readonly Thing[] };
  findings: Finding[];
  /** Ids of findings that are about nothing. */
  unsaid: string[];
}

/** Joins what the check-ups and the inventories of all services tell. */
export async function pictureOf({ house }: Pick<Lab, 'house'>): Promise<Picture> {
  const parts: MapPart[] = [];
  const apart = new Map<string, ReturnType<Picture['partsOf']>>();
  const findings: Picture['findings'] = [];
  const unsaid: string[] = [];
  for (const configured of house.services.filter(({ instances }) => instances.size > 0)) {
    const { id, title } = configured.service;
    const behaviour = await configured.service.load();
    const context = contextOf(configured, house.now);
    const report = await unlessSilent(() => behaviour.health(context, 20_000));
    const inventory = await unlessSilent(() => behaviour.inventory?.(context, 'addresses'));
    const own = { checkup: report?.things ?? [], inventory: inventory?.things ?? [] };
    apart.set(id, own);
    parts.push({ by: title, things: [...own.checkup, ...own.inventory] });
    for (const finding of report?.findings ?? []) {
      findings.push(finding);
      if (finding.about.length === 0) unsaid.push(finding.id);
    }
  }
  const partsOf = (service: string) => apart.get(service) ?? { checkup: [], inventory: [] };
  return { map: new HomelabMap(parts), parts, partsOf, findings, unsaid };
}

/** Links that join what their verb does not join, as `guest/a/1 forwards to node/a/b`. */
export const misjoined = ({ parts }: Picture): string[] =>
  parts
    .flatMap(({ things }) => things)
    .flatMap(({ ref, links }) => links.map(({ how, to }) => ({ ref, how, to })))
    .filter(({ ref, how, to }) => {
      const { from, to: ends }: { from: readonly Kind[]; to: readonly Kind[] } = verbs[how];
      return !from.includes(kindOf(ref)) || !ends.includes(kindOf(to));
    })
    .map(({ ref, how, to }) => `${ref} ${how} ${to}`);

async function unlessSilent<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LaresError) return undefined;
    throw error;
  }
}

/** Findings of one service that are about nothing, or name what no service has in its part of the map. */
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
