import { describe, expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from '../map/map.ts';
import type { Symptom } from './incident.ts';
import { incidentsOf } from './incidents.ts';

const to = (how: Link['how'], ref: Ref): Link => ({ how, to: ref });
const thing = (ref: Ref, ...links: readonly Link[]): Thing => ({ ref, title: ref, links });
const map = new HomelabMap([
  {
    by: 'Test',
    things: [
      thing('node/a/pve1'),
      thing('storage/a/pve1/local', to('runs on', 'node/a/pve1')),
      thing('storage/a/pve1/fast', to('runs on', 'node/a/pve1')),
      thing('guest/a/1', to('runs on', 'node/a/pve1')),
      thing('guest/a/2', to('runs on', 'node/a/pve1')),
      thing('target/p/node/pve1', to('measures', 'node/a/pve1')),
      thing('backup/b/main/ct/1', to('backs up', 'guest/a/1')),
      thing('backup/b/main/ct/2', to('backs up', 'guest/a/2')),
      thing('backup/b/main/ct/3'),
      thing('instance/log/one'),
    ],
  },
]);
const finding = (
  id: string,
  meaning: string | undefined,
  about: readonly Ref[],
  more: Partial<Symptom> = {},
): Symptom => ({ id, severity: 'warning', about, effect: 'risk', meaning, ...more });
const joined = (...findings: readonly Symptom[]): Record<string, string[]> =>
  Object.fromEntries(
    incidentsOf(findings, map).map(({ id, consequences }) => [
      id,
      consequences.map((consequence) => consequence.finding.id).sort(),
    ]),
  );

describe('one trouble told twice is one incident', () => {
  it('whoever tells it first hand is the cause', () => {
    const alert = finding('p.alert', 'memory', ['target/p/node/pve1'], { severity: 'critical' });
    expect(joined(alert, finding('a.memory', 'memory', ['node/a/pve1']))).toEqual({
      'a.memory': ['p.alert'],
    });
    const full = finding('p.full', 'space', ['target/p/node/pve1'], { effect: 'degrades' });
    expect(joined(full, finding('a.full', 'space', ['storage/a/pve1/local']))).toEqual({
      'a.full': ['p.full'],
    });
  });

  it('a job that failed on a node, and the guests on it that got no backup', () => {
    expect(
      joined(
        finding('b.failed', 'backup', ['backup/b/main/ct/1']),
        finding('b.overdue', 'backup', ['backup/b/main/ct/1', 'backup/b/main/ct/2']),
        finding('a.task', 'backup', ['node/a/pve1']),
      ),
    ).toEqual({ 'a.task': ['b.failed', 'b.overdue'] });
  });

  it('that a guest is in no job is why its backup is late, and no failure is why it is in none', () => {
    const unplanned = finding('a.unplanned', 'backup/no-job', ['guest/a/1']);
    expect(joined(unplanned, finding('b.late', 'backup', ['backup/b/main/ct/1']))).toEqual({
      'a.unplanned': ['b.late'],
    });
    expect(joined(unplanned, finding('a.task', 'backup', ['node/a/pve1']))).toEqual({
      'a.unplanned': [],
      'a.task': [],
    });
  });
});

describe('two troubles are two', () => {
  const apart = { x: [], y: [] };
  it.each<[string, Symptom, Symptom]>([
    [
      'of two storages of one node',
      finding('x', 'space', ['storage/a/pve1/local']),
      finding('y', 'space', ['storage/a/pve1/fast']),
    ],
    [
      'of two guests of one node',
      finding('x', 'backup', ['backup/b/main/ct/1']),
      finding('y', 'backup', ['backup/b/main/ct/2']),
    ],
    [
      'of two meanings',
      finding('x', 'memory', ['node/a/pve1']),
      finding('y', 'space', ['target/p/node/pve1']),
    ],
    [
      'where most of a bundle is elsewhere',
      finding('x', 'backup', ['backup/b/main/ct/1', 'backup/b/main/ct/3']),
      finding('y', 'backup', ['node/a/pve1']),
    ],
    [
      'where one is only a note',
      finding('x', 'memory', ['node/a/pve1'], { effect: 'note' }),
      finding('y', 'memory', ['node/a/pve1']),
    ],
    [
      'of one server that still speaks',
      finding('x', undefined, ['instance/log/one'], { effect: 'stops', id: 'log.x' }),
      finding('y', undefined, ['instance/log/one'], { effect: 'stops', id: 'log.y' }),
    ],
    [
      'of one thing that is worse in two ways',
      finding('x', undefined, ['guest/a/1'], { effect: 'degrades' }),
      finding('y', undefined, ['guest/a/1'], { effect: 'degrades' }),
    ],
    [
      'where only one of several things is explained',
      finding('x', undefined, ['guest/a/1'], { effect: 'stops', severity: 'critical' }),
      finding('y', undefined, ['guest/a/1', 'backup/b/main/ct/3'], { effect: 'stops' }),
    ],
  ])('%s', (_, x, y) => {
    expect(Object.values(joined(x, y))).toEqual(Object.values(apart));
  });

  it('but a server that says nothing at all is gone for everyone who looks at it', () => {
    const silent = finding('log.silent', 'silent', ['instance/log/one'], { effect: 'stops' });
    const part = finding('log.part', undefined, ['instance/log/one'], { effect: 'degrades' });
    expect(joined(silent, part)).toEqual({ 'log.silent': ['log.part'] });
  });
});
