import { describe, expect, test } from 'vitest';
import { day, hour } from '../../core/base/units.ts';
import { isOverdue, usualInterval } from './backup-interval.ts';

/** A Friday, 02:00 UTC. */
const friday = Date.UTC(2026, 10, 20, 2);
/** Backups so many days before a moment. */
const ago = (from: number, ...days: number[]): number[] => days.map((n) => from - n * day);

describe('how long a guest usually waits for its next backup', () => {
  test.each<[string, number[], number | undefined]>([
    ['none', [], undefined],
    ['two backups say nothing', ago(friday, 0, 1), undefined],
    ['every night', ago(friday, 0, 1, 2, 3, 4, 5, 6), day],
    ['every week', ago(friday, 0, 7, 14, 21), 7 * day],
    [
      'every hour, thinned out by pruning',
      ago(friday, 0, 1 / 24, 2 / 24, 1, 2, 3),
      (22 / 24) * day,
    ],
    ['every night, with weeks kept before', ago(friday, 0, 1, 2, 3, 4, 5, 6, 12, 19, 26), day],
    ['every night, two made by hand', ago(friday, 0, 0.1, 0.2, 1, 2, 3), 0.8 * day],
    ['every night, one missed', ago(friday, 0, 1, 3, 4, 5, 6), day],
  ])('%s', (_, times, expected) => {
    const wait = usualInterval(times);
    if (expected === undefined) expect(wait).toBeUndefined();
    else expect((wait ?? 0) / day).toBeCloseTo(expected / day, 5);
  });

  test('workdays only: after Friday it waits for Monday, after Monday for Tuesday', () => {
    expect(usualInterval(ago(friday, 0, 1, 2, 3, 4, 7, 8, 9))).toBe(3 * day);
    const monday = friday + 3 * day;
    expect(usualInterval(ago(monday, 0, 3, 4, 5, 6, 7, 10))).toBe(day);
  });

  test('workdays only, at an hour that is the day before in UTC', () => {
    const thursday = friday - 4 * hour;
    expect(usualInterval(ago(thursday, 0, 1, 2, 3, 4, 7, 8))).toBe(3 * day);
  });

  test('every night is no weekend, whatever day it is', () => {
    for (const shift of [0, 1, 2, 3, 4, 5, 6])
      expect(usualInterval(ago(friday + shift * day, 0, 1, 2, 3, 4, 5, 6, 13, 20))).toBe(day);
  });
});

describe('late', () => {
  test.each([
    [29, 24, false],
    [31, 24, true],
    [2.5, 1, false],
    [3.5, 1, true],
    [8 * 24, 7 * 24, false],
    [9 * 24, 7 * 24, true],
  ])('%i hours where %i are usual: %s', (age, wait, late) => {
    expect(isOverdue(age * hour, wait * hour)).toBe(late);
  });
});
