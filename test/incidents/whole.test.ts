import { expect, it } from 'vitest';
import { seenAsSeveral } from './incidents.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { expectAllShards } from '../shards.ts';

it('every incident is met in exactly one of the shards', () => {
  expectAllShards(import.meta.dirname, Object.keys(incidents));
});

it('what is seen as several says why, and is an incident', () => {
  for (const [name, { incidents: count, why }] of Object.entries(seenAsSeveral)) {
    expect(incidents[name]?.expect, name).toBeDefined();
    expect([count > 1, why.length > 30]).toEqual([true, true]);
  }
});

it('there are enough: twenty that are, five that only look like it', () => {
  const all = Object.values(incidents);
  const real = all.filter(({ expect: finding }) => finding !== undefined);
  expect(real.length).toBeGreaterThanOrEqual(20);
  expect(all.length - real.length).toBeGreaterThanOrEqual(5);
});
