import { describe, expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { dotOf } from './dot.ts';
import { thingsCalled } from './find-things.ts';
import { HomelabMap, type MappedThing } from './map.ts';
import { mapText, thingText } from './map-text.ts';

const to = (how: Link['how'], ref: Ref, more: Partial<Link> = {}): Link => ({
  how,
  to: ref,
  ...more,
});
const things: readonly Thing[] = [
  { ref: 'node/default/pve1', title: 'pve1', state: 'up', links: [] },
  {
    ref: 'guest/default/30062',
    title: 'n8n',
    state: 'down',
    about: 'LXC, stopped',
    aliases: ['BC:24:11:00:00:01'],
    links: [to('runs on', 'node/default/pve1'), to('is', 'device/default/9', { documented: true })],
  },
  { ref: 'guest/default/9000', title: 'base', state: 'down', idle: true, links: [] },
  {
    ref: 'address/10.0.30.62',
    title: '10.0.30.62',
    links: [to('belongs to', 'guest/default/30062', { weak: true })],
  },
  {
    ref: 'site/n8n.lab.test',
    title: 'n8n.lab.test',
    links: [to('forwards to', 'upstream/10.0.30.62:5678')],
  },
  {
    ref: 'upstream/10.0.30.62:5678',
    title: '10.0.30.62:5678',
    links: [to('reached at', 'address/10.0.30.62')],
  },
];
const map = new HomelabMap([{ by: 'Test', things }]);
const called = (name: string): MappedThing[] => thingsCalled(name, map);
const text = (name: string): string =>
  called(name)
    .map((thing) => thingText(thing, map))
    .join('\n');

describe('the map in words', () => {
  it('has one line a thing: its state, what it stands on, and how much stands on it', () => {
    const rows = mapText(map, [{ what: 'addresses of 2 guests', why: 'not read yet' }]).split('\n');
    expect(rows[0]).toBe('7 things: node 1, guest 2, device 1, address 1, site 1, upstream 1.');
    const cells = rows.map((row) => row.trim().split(/ {2,}/));
    expect(cells).toContainEqual(['guest', 'n8n', 'down', 'runs on pve1; is 9 (documented)', '3']);
    expect(cells).toContainEqual(['guest', 'base', 'down (may be off)', '-', '-']);
    expect(cells).toContainEqual(['address', '10.0.30.62', '-', 'belongs to n8n (likely)', '2']);
    expect(rows.at(-1)).toBe('NOT CHECKED: addresses of 2 guests (not read yet)');
  });

  it('leaves out whole rows where they are many, and says how many', () => {
    const many = Array.from({ length: 1_000 }, (_, i): Thing => ({
      ref: `guest/default/${i}`,
      title: `guest${i}`,
      links: [],
    }));
    const long = mapText(new HomelabMap([{ by: 'Test', things: many }]), []);
    expect(long).toContain('700 more not shown: `lares map NAME` has each.');
    expect(long.split('\n')).toHaveLength(303);
  });

  it('says of one thing what it stands on, what stops with it, and by way of what', () => {
    expect(text('n8n').split('\n')).toEqual([
      'guest n8n, down (LXC, stopped)',
      'known to Test as guest/default/30062',
      'stands on:',
      '  node pve1',
      'documented: is 9 (documented)',
      'carries:',
      '  address 10.0.30.62',
      '  upstream 10.0.30.62:5678, by way of 10.0.30.62',
      '  site n8n.lab.test, by way of 10.0.30.62, 10.0.30.62:5678',
    ]);
  });

  it('says who claims an address that nobody is joined to', () => {
    const claimed = (owner: Ref): Thing => ({
      ref: 'address/10.0.0.9',
      title: '10.0.0.9',
      links: [to('belongs to', owner)],
    });
    const contested = new HomelabMap([
      {
        by: 'Test',
        things: [...things, claimed('guest/default/30062'), claimed('node/default/pve1')],
      },
    ]);
    expect(mapText(contested, [])).toContain(
      'CONFLICT 10.0.0.9 is claimed by guest n8n and node pve1: joined to neither',
    );
    expect(mapText(new HomelabMap([]), [])).toMatch(/^Nothing is known\./);
  });
});

describe('a thing is found', () => {
  it.each([
    ['by its name, in any case', 'N8N', ['guest/default/30062']],
    ['by its number', '30062', ['guest/default/30062']],
    ['by another name of it', 'bc:24:11:00:00:01', ['guest/default/30062']],
    ['by its ref', 'node/default/pve1', ['node/default/pve1']],
    ['by a URL that leads there', 'http://10.0.30.62/x', ['address/10.0.30.62']],
    ['by no part of its name', 'n8', []],
  ])('%s', (_, name, refs) => {
    expect(called(name).map(({ ref }) => ref)).toEqual(refs);
  });
});

it('a picture has every thing and link, dashed where it is likely, dotted where it is documented', () => {
  const dot = dotOf(map).split('\n');
  expect(dot[0]).toBe('digraph homelab {');
  expect(dot).toContain(
    '  "address/10.0.30.62" -> "guest/default/30062" [label="belongs to", style=dashed];',
  );
  expect(dot).toContain(
    '  "guest/default/30062" -> "device/default/9" [label="is", style=dotted];',
  );
  expect(dot).toContain('  "guest/default/30062" [label="guest n8n (down)", color=red];');
  const part = dotOf(map, new Set<Ref>(['node/default/pve1', 'guest/default/30062']));
  expect(part.split('\n')).toHaveLength(6);
  const odd = new HomelabMap([
    { by: 'Test', things: [{ ref: 'guest/a/1', title: 'a"b\\c\n]; x', links: [] }] },
  ]);
  expect(dotOf(odd)).toContain('[label="guest a\\"b\\\\c ]; x"]');
});
