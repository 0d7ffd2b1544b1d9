import { expect } from 'vitest';
import type { Finding } from '../src/core/health.ts';
import { idOf, kindOf, placeOf, verbs, type Kind, type Thing } from '../src/core/map.ts';
import type { ConfiguredService, Runtime } from '../src/core/runtime.ts';
import { HomelabMap, type MapPart } from '../src/homelab/map/map.ts';

/** What all services together say of the homelab that they see. */
export interface Picture {
  map: HomelabMap;
  findings: readonly Finding[];
  /** Of one service's check-up. */
  things(service: string): readonly Thing[];
  /** Of one service's inventory. */
  inventory(service: string): readonly Thing[];
}

const deadlineMs = 30_000;

/** The map of a homelab, made of the check-ups of all services and of the instances that are configured; with `inventory`, of what is only asked for by name too. */
export async function pictureOf(runtime: Runtime, { inventory = false } = {}): Promise<Picture> {
  const looks = await Promise.all(
    runtime.services
      .filter(({ instances }) => instances.size > 0)
      .map(async (configured) => look(configured, runtime, inventory)),
  );
  const parts = looks.flatMap(({ by, instances, things, listed }): MapPart[] => [
    { by, things: instances },
    { by, things },
    { by, things: listed },
  ]);
  for (const { things } of parts) for (const thing of things) expectOrder(thing);
  const of = (service: string) => looks.find(({ id }) => id === service);
  return {
    map: new HomelabMap(parts),
    findings: looks.flatMap(({ findings }) => findings),
    things: (service) => of(service)?.things ?? [],
    inventory: (service) => of(service)?.listed ?? [],
  };
}

async function look(configured: ConfiguredService, { now }: Runtime, withInventory: boolean) {
  const { id, title } = configured.service;
  const context = {
    signal: new AbortController().signal,
    progress: () => undefined,
    failed: () => undefined,
    now,
    instances: configured.instances,
  };
  const behaviour = await configured.service.load();
  const report = await behaviour.health(context, deadlineMs);
  const inventory = withInventory && (await behaviour.inventory?.(context, 'addresses'));
  return {
    id,
    by: title,
    instances: instancesOf(configured),
    findings: report.findings,
    things: report.things ?? [],
    listed: (inventory && inventory.things) || [],
  };
}

const instancesOf = ({ service, targets }: ConfiguredService): Thing[] =>
  [...targets].map(([name, { baseUrl }]): Thing => {
    const place = placeOf(baseUrl);
    return {
      ref: `instance/${service.id}/${name}`,
      title: service.title,
      links: place ? [{ to: place, how: 'reached at' }] : [],
    };
  });

/** Every link joins what its verb may join, and every name is one that others can use. */
function expectOrder({ ref, title, links }: Thing): void {
  expect([ref, title]).toEqual([
    expect.stringMatching(/^[a-z]+\/\S(.*\S)?$/),
    expect.stringMatching(/\S/),
  ]);
  const mayJoin = (side: 'from' | 'to', how: (typeof links)[number]['how'], kind: Kind): boolean =>
    (verbs[how][side] as readonly Kind[]).includes(kind);
  for (const { to, how } of links) {
    expect(
      [mayJoin('from', how, kindOf(ref)), mayJoin('to', how, kindOf(to))],
      `${ref} ${how} ${to}`,
    ).toEqual([true, true]);
    if (kindOf(to) === 'address') expect(placeOf(idOf(to)), `${ref} ${how} ${to}`).toBe(to);
  }
}

/** What every finding must say so that it can be joined with others: what it is about, by names that the map has, and what it does. */
export function expectJoinable({ id, about = [], effect }: Finding, { map }: Picture): void {
  expect(effect, `${id} has no effect`).toMatch(/^(stops|degrades|risk|note)$/);
  expect(about.length, `${id} is about nothing`).toBeGreaterThan(0);
  expect(
    about.filter((ref) => !map.things.has(ref)),
    `${id} is about what nobody knows`,
  ).toEqual([]);
}
