import { describe, expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from '../map/map.ts';
import type { KnownFinding } from './known-finding.ts';
import { audible } from './muted.ts';

const thing = (ref: Ref, ...links: readonly Link[]): Thing => ({ ref, title: ref, links });
const finding = (id: string, ref: Ref): KnownFinding => ({
  id,
  severity: 'critical',
  subject: id,
  message: `${id} is down`,
  about: [ref],
  effect: 'stops',
});
const idsOf = (findings: Iterable<KnownFinding>): string[] => [...findings].map(({ id }) => id);

/** Two nodes with four guests each, and what measures one of them. */
const map = new HomelabMap([
  {
    by: 'Test',
    things: [
      thing('node/d/a'),
      thing('node/d/b'),
      ...[1, 2, 3, 4].flatMap((n) => [
        thing(`guest/d/a${n}`, { how: 'runs on', to: 'node/d/a' }),
        thing(`guest/d/b${n}`, { how: 'runs on', to: 'node/d/b' }),
      ]),
      thing('target/d/a1', { how: 'measures', to: 'guest/d/a1' }),
    ],
  },
]);
const guests = [1, 2, 3].map((n) => finding(`down/a${n}`, `guest/d/a${n}`));
const target = finding('target/a1', 'target/d/a1');

describe('what is muted', () => {
  it('takes along what follows from it, also where it was one of a suspicion', () => {
    const findings = [...guests, target];
    expect(audible(findings, map, () => false).incidents.map(({ id }) => id)).toEqual([
      'suspicion/node/d/a',
    ]);
    const { incidents, muted, following } = audible(findings, map, (id) => id === 'down/a1');
    expect([idsOf(muted), idsOf(following)]).toEqual([['down/a1'], ['target/a1']]);
    expect(incidents.map(({ id }) => id).sort()).toEqual(['down/a2', 'down/a3']);
  });

  it('is kept with what is silent because of it, and nothing else is', () => {
    const { silenced } = audible([...guests, target], map, (id) => id === 'down/a1');
    expect(
      silenced.map(({ id, consequences }) => [id, idsOf(consequences.map((row) => row.finding))]),
    ).toEqual([['down/a1', ['target/a1']]]);
    expect(audible(guests, map, () => false).silenced).toEqual([]);
  });
});
