import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../core/base/tokens.ts';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from '../map/map.ts';
import { brief, cut } from './brief.ts';
import { chainOf, sideText } from './chain.ts';
import { dependantsOf } from './dependants.ts';
import { disagreementsOf } from './disagreements.ts';
import { explanationText } from './explanation-text.ts';
import type { Explanation } from './explanation.ts';
import { inTurn } from './lately.ts';
import { matchesOf } from './matches.ts';
import { chainWithin, shorten } from './shorten.ts';
import { spellingOf } from './spelling.ts';
import { surroundingsOf } from './surroundings.ts';

const thing = (
  ref: Ref,
  title: string,
  links: readonly Link[] = [],
  more: Partial<Thing> = {},
): Thing => ({
  ref,
  title,
  links,
  ...more,
});

const to = (how: Link['how'], ref: Ref, more: Partial<Link> = {}): Link => ({
  how,
  to: ref,
  ...more,
});

/** A site on a guest on a node, and a balancer over two guests. */
const map = new HomelabMap([
  {
    by: 'Proxy',
    things: [
      thing('site/wiki.lan', 'wiki.lan', [to('forwards to', 'upstream/10.0.0.4:80')]),
      thing('upstream/10.0.0.4:80', '10.0.0.4:80', [to('reached at', 'address/10.0.0.4')]),
      thing('site/both.lan', 'both.lan', [
        to('forwards to', 'upstream/10.0.0.4:80'),
        to('forwards to', 'upstream/10.0.0.5:80'),
      ]),
      thing('upstream/10.0.0.5:80', '10.0.0.5:80', [to('reached at', 'address/10.0.0.5')]),
    ],
  },
  {
    by: 'Hypervisor',
    things: [
      thing('address/10.0.0.4', '10.0.0.4', [to('belongs to', 'guest/a/4')]),
      thing('address/10.0.0.5', '10.0.0.5', [to('belongs to', 'guest/a/5')]),
      thing('guest/a/4', 'wiki', [to('runs on', 'node/a/n1')], {
        aliases: ['ct/4', 'BC:24:11:00:00:04'],
      }),
      thing('guest/a/5', 'spare', [to('runs on', 'node/a/n2')]),
      thing('guest/a/6', 'off', [to('runs on', 'node/a/n1')], { idle: true }),
      thing('node/a/n1', 'n1'),
      thing('node/a/n2', 'n2'),
    ],
  },
  {
    by: 'Book',
    things: [
      thing('address/10.0.0.4', '10.0.0.4', [to('belongs to', 'device/b/1', { documented: true })]),
      thing('device/b/1', 'printer'),
    ],
  },
  {
    by: 'Backups',
    things: [thing('backup/p/main/ct/4', 'ct/4', [to('backs up', 'guest/a/4')])],
  },
]);

const around = (ref: Ref) => {
  const subject = map.things.get(ref);
  if (!subject) throw new Error(`no ${ref} on this map`);
  return surroundingsOf(subject, map);
};

describe('what a name means', () => {
  const refsOf = (what: string): string[] =>
    matchesOf(spellingOf(what), { map, states: [] }).map(({ ref }) => ref);

  it.each([
    ['guest/a/4', 'guest/a/4'],
    ['4', 'guest/a/4'],
    ['Wiki', 'guest/a/4'],
    ['bc-24-11-00-00-04', 'guest/a/4'],
    ['bc24.1100.0004', 'guest/a/4'],
    ['10.0.0.4', 'address/10.0.0.4'],
    ['10.0.0.4/24', 'address/10.0.0.4'],
    ['::ffff:10.0.0.4', undefined],
    ['http://10.0.0.4:80/x', 'upstream/10.0.0.4:80'],
    ['10.0.0.4:80', 'upstream/10.0.0.4:80'],
    ['10.0.0.4:81', 'address/10.0.0.4'],
    ['https://wiki.lan/a?b=c', 'site/wiki.lan'],
    ['wiki.lan.', 'site/wiki.lan'],
    ['both', 'site/both.lan'],
    ['nothing', undefined],
    ['constructor', undefined],
  ])('%s is %s', (what, ref) => {
    expect(refsOf(what)[0]).toBe(ref);
  });
});

describe('the chain', () => {
  it('goes from what people open down to what all of it stands on, and says who says so', () => {
    expect(chainOf(around('guest/a/4'), map)).toEqual([
      { ref: 'site/wiki.lan', links: ['forwards to upstream/10.0.0.4:80 (Proxy)'] },
      { ref: 'upstream/10.0.0.4:80', links: ['reached at address/10.0.0.4 (Proxy)'] },
      {
        ref: 'address/10.0.0.4',
        links: ['belongs to guest/a/4 (Hypervisor)', 'belongs to device/b/1 (documented: Book)'],
      },
      { ref: 'guest/a/4', title: 'wiki', links: ['runs on node/a/n1 (Hypervisor)'] },
      { ref: 'node/a/n1', links: [] },
    ]);
  });

  it('knows the backups of a guest, and not those of a node below it', () => {
    expect(around('guest/a/4').services).toEqual(['backup/p/main/ct/4']);
    expect(around('node/a/n1').services).toEqual([]);
    expect(around('site/wiki.lan').services).toEqual(['backup/p/main/ct/4']);
  });
});

describe('what is only written down', () => {
  const written = { documented: true } as const;
  const book = new HomelabMap([
    {
      by: 'Resolver',
      things: [thing('name/nas.lan', 'nas.lan', [to('resolves to', 'address/10.0.0.9')])],
    },
    {
      by: 'Book',
      things: [
        thing('address/10.0.0.9', '10.0.0.9', [to('belongs to', 'device/b/2', written)]),
        thing('name/nas.example', 'nas.example', [to('resolves to', 'address/10.0.0.9', written)]),
        thing('device/b/2', 'nas'),
      ],
    },
    { by: 'Backups', things: [thing('backup/p/main/ct/9', 'nas')] },
  ]);

  it('is called by its name before its backups are', () => {
    const [first] = matchesOf(spellingOf('nas'), { map: book, states: [] });
    expect(first?.ref).toBe('device/b/2');
  });

  it('has its documented address and the names that lead there as sides, and a chain', () => {
    const device = book.things.get('device/b/2');
    if (!device) throw new Error('no device on this map');
    const surroundings = surroundingsOf(device, book);
    expect(surroundings.sides).toEqual(['address/10.0.0.9', 'name/nas.lan', 'name/nas.example']);
    expect(sideText('address/10.0.0.9', new Set(['device/b/2']), book)).toBe(
      'address/10.0.0.9, belongs to device/b/2 (documented: Book)',
    );
    expect(chainOf(surroundings, book)).toEqual([
      { ref: 'name/nas.lan', links: ['resolves to address/10.0.0.9 (Resolver)'] },
      { ref: 'address/10.0.0.9', links: ['belongs to device/b/2 (documented: Book)'] },
      { ref: 'device/b/2', title: 'nas', links: [] },
    ]);
  });

  it('has no chain over an address that a machine is seen to have', () => {
    expect(around('device/b/1').sides).toContain('address/10.0.0.4');
    expect(chainOf(around('device/b/1'), map).map(({ ref }) => ref)).toEqual(['device/b/1']);
  });
});

describe('what depends on it', () => {
  it('is told apart from what has another way, and nobody misses what is meant to be off', () => {
    expect(dependantsOf('guest/a/4', { map, seen: [] })).toEqual([
      { kind: 'site', count: 2, names: ['wiki.lan'], spared: 1 },
    ]);
    expect(dependantsOf('node/a/n1', { map, seen: [] })).toEqual([
      { kind: 'site', count: 2, names: ['wiki.lan'], spared: 1 },
      { kind: 'guest', count: 1, names: ['wiki'] },
    ]);
  });
});

describe('what a pair serves', () => {
  const proxies = (state: 'up' | 'down') =>
    new HomelabMap([
      {
        by: 'Proxy',
        things: [
          { ref: 'instance/proxy', title: 'Proxy', links: [] },
          {
            ref: 'instance/proxy/a',
            title: 'a',
            links: [{ to: 'address/10.0.0.4', how: 'reached at' }],
          },
          { ref: 'instance/proxy/b', title: 'b', state, links: [] },
          {
            ref: 'site/wiki.lan',
            title: 'wiki.lan',
            links: [{ to: 'instance/proxy', how: 'served by' }],
          },
        ],
      },
      {
        by: 'Hypervisor',
        things: [
          { ref: 'guest/a/4', title: 'proxy-a', links: [] },
          {
            ref: 'address/10.0.0.4',
            title: '10.0.0.4',
            links: [{ to: 'guest/a/4', how: 'belongs to' }],
          },
        ],
      },
    ]);

  it('depends on the last half, and on none of two that work', () => {
    const sitesOn = (state: 'up' | 'down') =>
      dependantsOf('guest/a/4', { map: proxies(state), seen: [] }).filter(
        ({ kind }) => kind === 'site',
      );
    expect(sitesOn('up')).toEqual([]);
    expect(sitesOn('down')).toEqual([{ kind: 'site', count: 1, names: ['wiki.lan'] }]);
  });
});

describe('where sources disagree', () => {
  it('says who says what of an owner that is called otherwise', () => {
    expect(disagreementsOf(['address/10.0.0.4'], map)).toEqual([
      'address/10.0.0.4 belongs to guest/a/4 (wiki) (Hypervisor), but device/b/1 (printer) (Book) is documented',
    ]);
    expect(disagreementsOf(['address/10.0.0.5'], map)).toEqual([]);
  });

  it('is quiet where the documented machine is called like the one that is seen', () => {
    const same = new HomelabMap([
      {
        by: 'Hypervisor',
        things: [
          thing('address/10.0.0.4', 'x', [to('belongs to', 'guest/a/4')]),
          thing('guest/a/4', 'wiki'),
        ],
      },
      {
        by: 'Book',
        things: [
          thing('address/10.0.0.4', 'x', [to('belongs to', 'device/b/1', { documented: true })]),
          thing('device/b/1', 'Wiki.example.net'),
        ],
      },
    ]);
    expect(disagreementsOf(['address/10.0.0.4'], same)).toEqual([]);
  });
});

describe('the size of an answer', () => {
  const rows = Array.from({ length: 12 }, (_, i) => `row ${i}`);
  const large: Explanation = {
    ref: 'guest/a/4',
    sides: rows,
    trouble: rows.map((message) => ({ id: message, severity: 'warning', where: 'here', message })),
    chain: rows.map((ref) => ({ ref: `node/a/${ref}` })),
  };
  const everything: Explanation = {
    ...large,
    lately: rows.map((text) => ({ by: 'Log', text })),
    dependants: rows.map((name) => ({ kind: 'site', count: 1, names: [name] })),
    gaps: rows.map((what) => ({ what, why: 'silent' })),
  };

  it('gives way in what explains least, and what was left out is counted', () => {
    const { sides = [], trouble, chain, omitted } = shorten(large, 0.8);
    expect([sides.length, trouble, chain]).toEqual([6, large.trouble, large.chain]);
    expect(omitted).toEqual({ sides: 6 });
    const shorter = shorten(large, 0.2);
    expect(shorter.sides).toBeUndefined();
    expect(shorter.omitted).toEqual({
      sides: 12,
      trouble: 12 - (shorter.trouble?.length ?? 0),
      chain: 12 - (shorter.chain?.length ?? 0),
    });
    expect(explanationText(shorter)).toMatch(
      /^Left out, to be short: 12 of sides, \d of trouble, \d of chain\.$/m,
    );
  });

  it('takes nothing of trouble and chain before all that stands beside them is gone', () => {
    for (let share = 1; share > 0.001; share *= 0.95) {
      const { sides, lately, dependants, omitted = {} } = shorten(everything, share);
      if (omitted['trouble'] || omitted['chain'])
        expect([share, sides, lately, dependants]).toEqual([
          share,
          undefined,
          undefined,
          undefined,
        ]);
    }
  });

  it('keeps what is wrong to the last, and no heading of what is gone', () => {
    const short = shorten(everything, 0.001);
    expect([short.trouble?.length, short.sides, short.chain]).toEqual([1, undefined, undefined]);
    for (let share = 1; share > 0.001; share *= 0.8) {
      const rowsOf = explanationText(shorten(everything, share)).split('\n');
      for (const [i, row] of rowsOf.entries())
        if (row.endsWith(':'))
          expect([row, rowsOf[i + 1]]).toEqual([row, expect.stringMatching(/row \d/)]);
    }
    expect(explanationText({ ref: 'guest/a/4', chain: [{ ref: 'guest/a/4' }] })).not.toContain(':');
  });

  it('cuts the chain in its middle, and keeps what was asked about and what is broken in it', () => {
    const broken = large.chain?.map((station, i) =>
      i === 6 ? { ...station, state: 'down' as const } : station,
    );
    const names = (most: number): string[] =>
      chainWithin(broken ?? [], most, 'node/a/row 3').map(({ ref }) => ref.slice(7));
    expect(names(2)).toEqual(['row 3', 'row 6']);
    expect(names(3)).toEqual(['row 3', 'row 6', 'row 11']);
    expect(names(4)).toEqual(['row 0', 'row 3', 'row 6', 'row 11']);
    expect(names(12)).toHaveLength(12);
  });

  it('counts the letters of a string by what they cost', () => {
    for (const letters of ['a', '電', '🙂', 'é'])
      expect(estimateTokens(cut(letters.repeat(500), 100)), letters).toBeLessThanOrEqual(80);
    expect(cut('short', 100)).toBe('short');
    expect(cut('🙂'.repeat(50), 20)).toBe('🙂🙂🙂…');
  });

  it('leaves out a call that does not fit rather than cut it, and redacts before it cuts', () => {
    const call = { tool: 'get', arguments: { name: 'x'.repeat(400) } };
    const redact = (text: string): string => text.replaceAll('s3cr3t'.repeat(40), '[redacted]');
    expect(brief({ ref: 'guest/a/4', next: call, about: 's3cr3t'.repeat(40) }, redact)).toEqual({
      ref: 'guest/a/4',
      about: '[redacted]',
    });
  });
});

describe('what happened lately', () => {
  it('comes in turn, logs first, and what only stands written last', () => {
    const line = (text: string, more = {}) => ({ text, ...more });
    const told = inTurn([
      { by: 'A', gaps: [], happenings: [line('fact', { isFact: true })] },
      { by: 'B', gaps: [], happenings: [line('b1'), line('b2')] },
      { by: 'C', gaps: [], happenings: [line('c1'), line('c2', { quotes: ['x', 'y', 'z'] })] },
    ]);
    expect(told.map(({ text }) => text)).toEqual(['c2', 'b1', 'c1', 'b2', 'fact']);
    expect(told[0]?.quotes).toEqual(['x', 'y']);
  });
});
