import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ref, Thing } from '../src/core/map.ts';
import { createRuntime } from '../src/core/runtime.ts';
import { startDemo } from '../src/demo/start.ts';
import { createWorld } from '../src/demo/world/index.ts';
import type { Symptom } from '../src/homelab/incidents/incident.ts';
import { incidentsOf } from '../src/homelab/incidents/incidents.ts';
import { lookOf } from '../src/homelab/look.ts';
import { HomelabMap, type MapPart } from '../src/homelab/map/map.ts';
import { mapParts } from '../src/homelab/map/parts.ts';
import { services } from '../src/services/index.ts';
import { interleaved, timed, type Ratio } from './measure.ts';

/** What joining costs: of the simulated homelab as a share of a look at it, and of a large one against parsing the same things. */
export async function map(): Promise<Ratio[]> {
  return [await ofALook(), await ofALargeHomelab()];
}

async function ofALook(): Promise<Ratio> {
  const world = createWorld();
  const demo = await startDemo({ world });
  const env = { ...demo.env, LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-bench-')) };
  const runtime = createRuntime(services, env, () => world.now());
  const { seen } = await lookOf(runtime, -1);
  const findings = seen.flatMap((state) => state.findings);
  const ms = await interleaved(15, {
    look: () => timed(() => lookOf(runtime, -1)),
    join: () => timed(async () => joined(mapParts(seen, runtime.services), findings)),
  });
  await runtime.close();
  await demo.close();
  const [look = 1, joining = 1] = [ms['look'], ms['join']];
  return {
    what: 'map and incidents as a share of service_health',
    value: `${((joining / look) * 100).toFixed(1)} %`,
    target: '≤ 10 %',
    met: joining / look <= 0.1,
    detail: `${joining.toFixed(1)} ms of ${look.toFixed(0)} ms`,
  };
}

async function ofALargeHomelab(): Promise<Ratio> {
  const parts: MapPart[] = [{ by: 'Bench', things: largeHomelab() }];
  const body = JSON.stringify(parts);
  const findings = Array.from({ length: 200 }, (_, i): Symptom[] => [
    { id: `a.guest/${i}`, severity: 'critical', about: [guestRef(i * 40)], effect: 'stops' },
    { id: `b.target/${i}`, severity: 'warning', about: [targetRef(i * 8)], effect: 'stops' },
  ]).flat();
  const ms = await interleaved(15, {
    parse: () => timed(async () => JSON.parse(body) as unknown),
    join: () => timed(async () => joined(parts, findings)),
  });
  const [parse = 1, joining = 1] = [ms['parse'], ms['join']];
  return {
    what: '10,000 guests, 5,000 names, 2,000 sites and 2,000 targets joined, with 400 findings',
    value: `${joining.toFixed(0)} ms`,
    target: '< 60 ms beyond parsing',
    met: joining < 60,
    detail: `${(joining / parse).toFixed(1)}× JSON.parse of the same things, ${parse.toFixed(0)} ms`,
  };
}

const joined = (parts: readonly MapPart[], findings: readonly Symptom[]): unknown =>
  incidentsOf(findings, new HomelabMap(parts));

const guestRef = (i: number): Ref => `guest/default/${i}`;
const targetRef = (i: number): Ref => `target/default/node/${i}`;
const addressOf = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;

function largeHomelab(): Thing[] {
  const things: Thing[] = [];
  for (let i = 0; i < 20; i++)
    things.push({ ref: `node/default/n${i}`, title: `n${i}`, links: [] });
  for (let i = 0; i < 10_000; i++)
    things.push(
      {
        ref: guestRef(i),
        title: `guest-${i}`,
        state: 'up',
        links: [{ to: `node/default/n${i % 20}`, how: 'runs on' }],
      },
      {
        ref: `address/${addressOf(i)}`,
        title: addressOf(i),
        links: [{ to: guestRef(i), how: 'belongs to' }],
      },
    );
  for (let i = 0; i < 5_000; i++)
    things.push({
      ref: `name/guest-${i}.lab.test`,
      title: `guest-${i}.lab.test`,
      links: [{ to: `address/${addressOf(i)}`, how: 'resolves to' }],
    });
  for (let i = 0; i < 2_000; i++)
    things.push(
      {
        ref: `site/guest-${i}.lab.test`,
        title: `guest-${i}.lab.test`,
        links: [{ to: `upstream/${addressOf(i)}:80`, how: 'forwards to' }],
      },
      {
        ref: `upstream/${addressOf(i)}:80`,
        title: `${addressOf(i)}:80`,
        links: [{ to: `address/${addressOf(i)}`, how: 'reached at' }],
      },
      {
        ref: targetRef(i),
        title: `${addressOf(i)}:9100`,
        links: [{ to: `address/${addressOf(i)}`, how: 'reached at' }],
      },
    );
  return things;
}
