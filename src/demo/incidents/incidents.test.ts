import { describe, expect, test } from 'vitest';
import { createWorld } from '../world/index.ts';
import { incidents } from './index.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
/** Everything a world holds, as text that can be compared; JSON knows no integers above 2^53. */
const snapshot = (world: object): string =>
  JSON.stringify(world, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

/** Before, during and after the nightly backups, with the world in which nothing happened. */
const times = [0, 2, 3, 4, 13].map((hour) => Date.UTC(2026, 10, 23, hour, 5));
const untouched = new Map(
  [now, ...times].map((time) => [time, snapshot(createWorld({ now: time }))]),
);
/** Not compared by `expect`, which would show half a megabyte twice. */
const isUntouched = (world: object, time: number): boolean =>
  snapshot(world) === untouched.get(time);

const names = Object.keys(incidents);

describe.each(names)('%s', (name) => {
  const { apply, expect: finding, title } = incidents[name] ?? {};

  test('changes the world, and nothing that another world would see', () => {
    const [world, other] = [createWorld({ now }), createWorld({ now })];
    apply?.(world);
    expect([world, other, createWorld({ now })].map((each) => isUntouched(each, now))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('says in plain words what happens, and which finding it causes or that nothing is wrong', () => {
    expect(title).toMatch(/^[A-Z].{15,}/);
    if (finding === undefined) expect(title).toMatch(/nothing is wrong$/);
    else expect(finding).toMatch(/^[a-z0-9]+\.[a-z-]+(\/\S+)?$/);
  });

  test('happens before, during and after the nightly backups', () => {
    for (const time of times) {
      const world = createWorld({ now: time });
      apply?.(world);
      expect(isUntouched(world, time)).toBe(false);
    }
  });
});

test('no two incidents have the same title, and names are plain words', () => {
  expect(names.filter((name) => !/^[a-z][a-z0-9-]+$/.test(name))).toEqual([]);
  expect(new Set(Object.values(incidents).map(({ title }) => title)).size).toBe(names.length);
});

test('a lost node takes with it what runs there, except what HA has moved', () => {
  const world = createWorld({ now });
  incidents['node-offline']?.apply(world);
  expect([world.isUp('dns1'), world.isUp('dns2'), world.isUp('authentik')]).toEqual([
    true,
    false,
    true,
  ]);
});
