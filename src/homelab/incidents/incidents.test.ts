import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from '../map/map.ts';
import type { Incident, Symptom } from './incident.ts';
import { incidentsOf } from './incidents.ts';

const to = (how: Link['how'], ref: Ref): Link => ({ how, to: ref });
const thing = (ref: Ref, ...links: readonly Link[]): Thing => ({
  ref,
  title: ref.split('/').at(-1) ?? ref,
  links,
});

/** A node, two guests on it, a site of two upstreams and one of one, and what measures them. */
const things: readonly Thing[] = [
  thing('node/default/pve1'),
  thing('node/default/pve2'),
  thing('guest/default/1', to('runs on', 'node/default/pve1')),
  thing('guest/default/2', to('runs on', 'node/default/pve1')),
  thing('guest/default/3', to('runs on', 'node/default/pve2')),
  thing('address/10.0.0.1', to('belongs to', 'guest/default/1')),
  thing('address/10.0.0.2', to('belongs to', 'guest/default/2')),
  thing('upstream/10.0.0.1:80', to('reached at', 'address/10.0.0.1')),
  thing('upstream/10.0.0.2:80', to('reached at', 'address/10.0.0.2')),
  thing('site/one.lab', to('forwards to', 'upstream/10.0.0.1:80')),
  thing(
    'site/both.lab',
    to('forwards to', 'upstream/10.0.0.1:80'),
    to('forwards to', 'upstream/10.0.0.2:80'),
  ),
  thing('target/default/node/one:9100', to('measures', 'guest/default/1')),
  thing('backup/default/main/vm/1', to('backs up', 'guest/default/1')),
];
const map = new HomelabMap([{ by: 'Test', things }]);

const finding = (id: string, about: Ref, more: Partial<Symptom> = {}): Symptom => ({
  id,
  severity: 'critical',
  about: [about],
  effect: 'stops',
  ...more,
});
const joined = (...findings: readonly Symptom[]): Record<string, string[]> =>
  Object.fromEntries(
    incidentsOf(findings, map).map(({ id, consequences }) => [
      id,
      consequences.map((consequence) => consequence.finding.id).sort(),
    ]),
  );

describe('one finding explains another', () => {
  const guestDown = finding('guest', 'guest/default/1', { severity: 'warning' });

  it('that stands on what it stops, and the incident is as severe as the worst in it', () => {
    const [incident, ...others] = incidentsOf(
      [
        finding('site', 'site/one.lab'),
        guestDown,
        finding('target', 'target/default/node/one:9100'),
      ],
      map,
    );
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ id: 'guest', severity: 'critical', cause: guestDown });
    expect(incident?.consequences.map(({ path }) => path)).toContainEqual([
      'site/one.lab',
      'upstream/10.0.0.1:80',
      'address/10.0.0.1',
      'guest/default/1',
    ]);
  });

  it('and the deepest is the cause of all', () => {
    const findings = [
      finding('site', 'site/one.lab'),
      guestDown,
      finding('node', 'node/default/pve1'),
    ];
    expect(joined(...findings)).toEqual({ node: ['guest', 'site'] });
  });

  it('that is about the same thing: the one that says more is the cause', () => {
    expect(
      joined(
        finding('alert', 'guest/default/1', { severity: 'warning' }),
        finding('down', 'guest/default/1'),
      ),
    ).toEqual({ down: ['alert'] });
  });

  it('and names the other cause where there are two', () => {
    const [incident] = incidentsOf(
      [
        finding('a', 'guest/default/1'),
        finding('b', 'guest/default/2'),
        finding('site', 'site/both.lab'),
      ],
      map,
    ).filter(({ consequences }) => consequences.length > 0);
    expect(incident?.consequences).toMatchObject([
      { finding: { id: 'site' }, also: [{ id: 'b' }] },
    ]);
  });
});

describe('nothing is joined', () => {
  const separate = { a: [], b: [] };
  it.each<[string, Symptom, Symptom]>([
    [
      'where the other began first',
      finding('a', 'guest/default/1', { since: '2026-01-01T10:00:00Z' }),
      finding('b', 'site/one.lab', { since: '2026-01-01T09:00:00Z' }),
    ],
    ['where they stand apart', finding('a', 'guest/default/3'), finding('b', 'site/one.lab')],
    [
      'where another upstream is left',
      finding('a', 'guest/default/1'),
      finding('b', 'site/both.lab'),
    ],
    [
      'where the finding is of something that will be',
      finding('a', 'guest/default/1'),
      finding('b', 'site/one.lab', { effect: 'risk' }),
    ],
    [
      'where the cause is only worse and the other is gone',
      finding('a', 'guest/default/1', { effect: 'degrades' }),
      finding('b', 'site/one.lab'),
    ],
    [
      'where what is worse is far away',
      finding('a', 'node/default/pve1', { effect: 'degrades' }),
      finding('b', 'site/one.lab', { effect: 'degrades' }),
    ],
    [
      'to a backup of what stopped',
      finding('a', 'guest/default/1'),
      finding('b', 'backup/default/main/vm/1'),
    ],
    ['to what is below it', finding('a', 'site/one.lab'), finding('b', 'node/default/pve2')],
    [
      'of two risks of one thing',
      finding('a', 'guest/default/1', { effect: 'risk' }),
      finding('b', 'guest/default/1', { effect: 'risk' }),
    ],
  ])('%s', (_, a, b) => {
    expect(joined(a, b)).toEqual(separate);
  });

  it('but a site that only got worse is explained by one upstream of two', () => {
    const site = finding('site', 'site/both.lab', { effect: 'degrades', severity: 'warning' });
    expect(joined(finding('guest', 'guest/default/1'), site)).toEqual({ guest: ['site'] });
  });

  it('and a little earlier is no contradiction: whoever looks more often sees it first', () => {
    const site = finding('site', 'site/one.lab', { since: '2026-01-01T09:55:00Z' });
    const guest = finding('guest', 'guest/default/1', { since: '2026-01-01T10:00:00Z' });
    expect(joined(site, guest)).toEqual({ guest: ['site'] });
  });
});

describe('a suspicion', () => {
  const many = (count: number, node: string): Thing[] =>
    Array.from({ length: count }, (_, i) =>
      thing(`guest/default/${node}${i}`, to('runs on', `node/default/${node}`)),
    );
  const nodes = (state?: Thing['state']): Thing[] => [
    { ...thing('node/default/a'), state },
    thing('node/default/b'),
  ];
  const down = (node: string, count: number): Symptom[] =>
    Array.from({ length: count }, (_, i) => finding(`${node}${i}`, `guest/default/${node}${i}`));
  const suspected = (parts: readonly Thing[], findings: readonly Symptom[]): string[] =>
    incidentsOf(findings, new HomelabMap([{ by: 'Test', things: parts }])).map(({ id }) => id);

  it('is what several that stopped have in common, of which nothing is known', () => {
    const things = [...nodes(), ...many(5, 'a'), ...many(5, 'b')];
    expect(suspected(things, down('a', 4))).toEqual(['suspicion/node/default/a']);
  });

  it('takes along what already followed from its members', () => {
    const things = [
      ...nodes(),
      ...many(3, 'a'),
      ...many(3, 'b'),
      thing('target/x/y/z', to('measures', 'guest/default/a0')),
    ];
    const findings = [...down('a', 3), finding('target', 'target/x/y/z')];
    const [incident] = incidentsOf(findings, new HomelabMap([{ by: 'Test', things }]));
    expect(incident?.consequences).toHaveLength(4);
  });

  it.each<[string, readonly Thing[], readonly Symptom[]]>([
    ['two are chance', [...nodes(), ...many(3, 'a'), ...many(3, 'b')], down('a', 2)],
    ['it is seen to be up', [...nodes('up'), ...many(4, 'a'), ...many(4, 'b')], down('a', 4)],
    ['most on it work', [...nodes(), ...many(9, 'a'), ...many(9, 'b')], down('a', 3)],
    [
      'as many fail elsewhere',
      [...nodes(), ...many(4, 'a'), ...many(4, 'b')],
      [...down('a', 3), ...down('b', 3)],
    ],
    ['it is the only one of its kind', [...nodes().slice(0, 1), ...many(4, 'a')], down('a', 4)],
  ])('is not where %s', (_, things, findings) => {
    expect(suspected(things, findings)).toHaveLength(findings.length);
  });
});

const refs = things.map(({ ref }) => ref);
const anyFinding = fc.record({
  id: fc.string({ minLength: 1, maxLength: 3 }),
  severity: fc.constantFrom('critical', 'warning', 'info' as const),
  about: fc.array(fc.constantFrom(...refs), { maxLength: 3 }),
  effect: fc.constantFrom<Effect[]>('stops', 'degrades', 'risk', 'note'),
  since: fc.option(
    fc
      .integer({ min: 0, max: 4 })
      .map((hour) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString()),
    { nil: undefined },
  ),
}) as fc.Arbitrary<Symptom>;
const anyFindings = fc.uniqueArray(anyFinding, { maxLength: 25, selector: ({ id }) => id });

/** Links between any two things, cycles included. */
const anyMap = fc
  .array(fc.tuple(fc.constantFrom(...refs), fc.constantFrom(...refs)), { maxLength: 25 })
  .map(
    (pairs) =>
      new HomelabMap([{ by: 'Test', things: pairs.map(([a, b]) => thing(a, to('is', b))) }]),
  );

const membersOf = ({ cause, consequences }: Incident): Symptom[] => [
  ...(cause ? [cause] : []),
  ...consequences.map((consequence) => consequence.finding),
];
const shape = (incidents: readonly Incident[]): string =>
  JSON.stringify(
    incidents
      .map(({ id, severity, consequences }) => [
        id,
        severity,
        consequences.map((consequence) => [consequence.finding.id, consequence.path]).sort(),
      ])
      .sort(),
  );

describe('whatever the findings and the map', () => {
  it('each finding is in exactly one incident', () => {
    fc.assert(
      fc.property(anyFindings, fc.oneof(anyMap, fc.constant(map)), (findings, anywhere) => {
        const members = incidentsOf(findings, anywhere).flatMap(membersOf);
        expect(members.map(({ id }) => id).sort()).toEqual(findings.map(({ id }) => id).sort());
      }),
    );
  });

  it('the order in which they come makes no difference', () => {
    const shuffled = anyFindings.chain((findings) =>
      fc.tuple(
        fc.constant(findings),
        fc.shuffledSubarray(findings, { minLength: findings.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, fc.oneof(anyMap, fc.constant(map)), ([findings, other], anywhere) => {
        expect(shape(incidentsOf(other, anywhere))).toBe(shape(incidentsOf(findings, anywhere)));
      }),
    );
  });

  it('an incident is as severe as the worst in it, and a risk or a note joins none', () => {
    const weights = { critical: 3, warning: 2, info: 1 };
    fc.assert(
      fc.property(anyFindings, (findings) => {
        for (const incident of incidentsOf(findings, map)) {
          const severities = membersOf(incident).map(({ severity }) => weights[severity]);
          expect(weights[incident.severity]).toBe(Math.max(...severities));
          for (const consequence of incident.consequences)
            expect(['stops', 'degrades']).toContain(consequence.finding.effect);
        }
      }),
    );
  });

  it('a way leads over links of the map from what follows to the cause', () => {
    fc.assert(
      fc.property(anyFindings, (findings) => {
        for (const { cause, consequences } of incidentsOf(findings, map))
          for (const { finding: follows, path } of consequences) {
            expect(follows.about).toContain(path[0]);
            if (cause) expect(cause.about).toContain(path.at(-1));
            for (const [i, ref] of path.slice(1).entries())
              expect(map.below(path[i] as Ref).map((link) => link.to)).toContain(ref);
          }
      }),
    );
  });
});

describe('the work', () => {
  /** A map that counts how often anything is asked of it. */
  function countingMap(guests: number): { map: HomelabMap; steps: () => number } {
    const all = Array.from({ length: guests }, (_, i) => [
      thing(`guest/default/${i}`, to('runs on', `node/default/${i % 8}`)),
      thing(`target/default/node/${i}`, to('measures', `guest/default/${i}`)),
    ]).flat();
    const counted = new HomelabMap([{ by: 'Test', things: all }]);
    let steps = 0;
    const below = counted.below.bind(counted);
    const above = counted.above.bind(counted);
    counted.below = (ref) => (steps++, below(ref));
    counted.above = (ref) => (steps++, above(ref));
    return { map: counted, steps: () => steps };
  }

  function stepsFor(count: number, about: (i: number) => Ref): number {
    const { map: counted, steps } = countingMap(count);
    const findings = Array.from({ length: count }, (_, i) => [
      finding(`target${i}`, `target/default/node/${i}`),
      finding(`guest${i}`, about(i)),
    ]).flat();
    incidentsOf(findings, counted);
    return steps();
  }

  it.each<[string, (i: number) => Ref]>([
    ['each guest by itself', (i) => `guest/default/${i}`],
    ['all about one guest', () => 'guest/default/0'],
    ['all about one node', () => 'node/default/0'],
  ])('grows with the findings, not with their square: %s', (_, about) => {
    const [few, many] = [stepsFor(200, about), stepsFor(2_000, about)];
    expect(many / few).toBeLessThan(13);
  });
});
