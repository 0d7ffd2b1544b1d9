import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime, type ConfiguredService, type Runtime } from '../../src/core/runtime.ts';
import type { Ref } from '../../src/core/map.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { incidentsOf } from '../../src/homelab/incidents/incidents.ts';
import type { KnownFinding } from '../../src/homelab/incidents/known-finding.ts';
import { calmed } from '../../src/homelab/incidents/passing.ts';
import { silenceOf } from '../../src/homelab/incidents/silence.ts';
import { lookOf } from '../../src/homelab/look.ts';
import { HomelabMap } from '../../src/homelab/map/map.ts';
import { mapParts } from '../../src/homelab/map/parts.ts';
import type { ServiceState } from '../../src/homelab/service-state.ts';
import { services } from '../../src/services/index.ts';

/** A Monday morning, after the nightly backups. */
const now = Date.UTC(2026, 10, 23, 9, 30);

/** What every service told while some things had happened. */
export interface Sight {
  states: ReadonlyMap<string, ServiceState>;
  configured: readonly ConfiguredService[];
}

/** Looks once at a homelab of its own in which these things have happened. */
export async function sightOf(names: readonly string[], only?: readonly string[]): Promise<Sight> {
  return withHomelab(names, only, async (runtime) => {
    const { seen } = await lookOf(runtime);
    const asked = seen.filter(({ service }) => only?.includes(service) ?? true);
    return {
      states: new Map(asked.map((state) => [state.service, state])),
      configured: runtime.services.filter(({ instances }) => instances.size > 0),
    };
  });
}

export async function withHomelab<T>(
  names: readonly string[],
  only: readonly string[] | undefined,
  use: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const world = createWorld({ now });
  for (const name of names) incidents[name]?.apply(world);
  const demo = await startDemo({ world, ...(only && { only }) });
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const env = { LARES_STATE_DIR: stateDir, LARES_DEADLINE_MS: '30000', ...demo.env };
  const runtime = createRuntime(services, env, () => world.now());
  try {
    return await use(runtime);
  } finally {
    await runtime.close();
    await demo.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** Services that tell something else than `base` does. */
export const changedIn = ({ states }: Sight, base: Sight): ReadonlySet<string> =>
  new Set(
    [...states.keys()].filter(
      (service) => told(states.get(service)) !== told(base.states.get(service)),
    ),
  );

/** Each homelab has ports of its own. */
const told = (state: ServiceState | undefined): string =>
  JSON.stringify([state?.state, state?.findings, state?.things]).replace(/127\.0\.0\.1:\d+/g, '');

/** The incidents that are no mere information, and what they are about at their roots. */
export interface Seen {
  ids: readonly string[];
  roots: readonly Ref[];
  map: HomelabMap;
}

/** What one look at these states would tell. */
export function incidentsIn({ states, configured }: Sight): Seen {
  const told = [...states.values()];
  const map = new HomelabMap(mapParts(told, configured));
  const silence = told.flatMap((state) =>
    silenceOf(
      state,
      configured.find(({ service }) => service.id === state.service),
    ),
  );
  const findings: KnownFinding[] = [...told.flatMap((state) => state.findings), ...silence];
  const changed = calmed(findings, map);
  const calm = findings.flatMap((finding) =>
    changed.has(finding) ? (changed.get(finding) ?? []) : [finding],
  );
  const troubles = incidentsOf(calm, map).filter(
    ({ severity, cause }) => severity !== 'info' && !cause?.isSilence,
  );
  return {
    ids: troubles.map(({ id }) => id).sort(),
    roots: troubles.flatMap(({ cause, suspect }) => cause?.about ?? suspect ?? []),
    map,
  };
}
