import { describe, expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from '../map/map.ts';
import type { KnownFinding } from './known-finding.ts';
import { calmed } from './passing.ts';

const thing = (ref: Ref, ...links: readonly Link[]): Thing => ({ ref, title: ref, links });
const finding = (id: string, ref: Ref, isPassing?: true): KnownFinding => ({
  id,
  severity: 'critical',
  subject: id,
  message: `${id} is down`,
  about: [ref],
  effect: 'stops',
  ...(isPassing && { isPassing }),
});

/** Three of four guests of one of two nodes, a site of two of them, and what measures the first. */
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
      thing(
        'site/both',
        { how: 'forwards to', to: 'upstream/1' },
        { how: 'forwards to', to: 'upstream/2' },
      ),
      thing('upstream/1', { how: 'is', to: 'guest/d/a1' }),
      thing('upstream/2', { how: 'is', to: 'guest/d/a2' }),
    ],
  },
]);
const severities = (findings: readonly KnownFinding[]): (string | undefined)[][] =>
  [...calmed(findings, map)].map(([{ id }, after]) => [id, after?.severity]).sort();

describe('what passes by itself', () => {
  it('calms what follows from it alone, and not what has a cause that stays', () => {
    const site = finding('site', 'site/both');
    const first = finding('a1', 'guest/d/a1', true);
    expect(severities([first, finding('a2', 'guest/d/a2', true), site])).toContainEqual([
      'site',
      'info',
    ]);
    expect(severities([first, finding('a2', 'guest/d/a2'), site])).not.toContainEqual([
      'site',
      'info',
    ]);
  });

  it('calms it also where several that pass have a silent thing in common', () => {
    const guests = [1, 2, 3].map((n) => finding(`a${n}`, `guest/d/a${n}`, true));
    expect(severities([...guests, finding('target', 'target/d/a1')])).toEqual([
      ['a1', 'critical'],
      ['a2', undefined],
      ['a3', undefined],
      ['target', 'info'],
    ]);
  });
});
