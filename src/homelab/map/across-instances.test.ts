import { describe, expect, test } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from './map.ts';

const backup: Ref = 'backup/default/main/ct/100';
const backingUp = (link: Partial<Link> = {}): Thing => ({
  ref: backup,
  title: 'ct/100',
  links: [{ to: 'guest/*/ct/100', how: 'backs up', ...link }],
});
const guest = (instance: string, title = 'web', aliases = ['ct/100']): Thing => ({
  ref: `guest/${instance}/100`,
  title,
  aliases,
  links: [],
});

function joined(...things: Thing[]): Ref[] | undefined {
  const map = new HomelabMap([{ by: 'test', things }]);
  const refs = [...map.things.keys()];
  expect(refs.filter((ref) => ref.includes('*'))).toEqual([]);
  return map.things.get(backup)?.links.map(({ to }) => to);
}

describe('a link to a thing of an instance that is not known', () => {
  test('leads to the one that goes by that alias, whoever speaks first', () => {
    expect(joined(backingUp(), guest('home'))).toEqual(['guest/home/100']);
    expect(joined(guest('home'), backingUp())).toEqual(['guest/home/100']);
  });

  test('or by that id', () => {
    expect(joined(backingUp({ to: 'guest/*/100' }), guest('home', 'web', []))).toEqual([
      'guest/home/100',
    ]);
  });

  test('leads nowhere where two go by it, or none, or one of another kind', () => {
    expect(joined(backingUp(), guest('home'), guest('lab', 'db'))).toEqual([]);
    expect(joined(backingUp())).toEqual([]);
    expect(joined(backingUp(), guest('home', 'web', ['vm/100']))).toEqual([]);
    expect(joined(backingUp(), { ...guest('home'), ref: 'node/home/100' })).toEqual([]);
  });

  test('leads to none that is called otherwise: the same number in another cluster is another guest', () => {
    expect(joined(backingUp({ named: 'web' }), guest('home', 'Web'))).toEqual(['guest/home/100']);
    expect(joined(backingUp({ named: 'web, on pve1' }), guest('home'))).toHaveLength(1);
    expect(joined(backingUp({ named: 'db' }), guest('home'))).toEqual([]);
    expect(joined(backingUp({ named: 'web-staging' }), guest('home'))).toEqual([]);
  });

  test('keeps its verb and how sure it is, and no other link changes', () => {
    const links: Link[] = [
      { to: 'datastore/default/main', how: 'stored on' },
      { to: 'guest/*/ct/100', how: 'backs up', weak: true },
    ];
    const map = new HomelabMap([
      { by: 'test', things: [{ ...backingUp(), links }, guest('home')] },
    ]);
    expect(map.things.get(backup)?.links).toEqual([
      { to: 'datastore/default/main', how: 'stored on', by: ['test'] },
      { to: 'guest/home/100', how: 'backs up', weak: true, by: ['test'] },
    ]);
  });
});

test('what two looks know of one thing is kept: its other names, and that it is meant to be off', () => {
  const first = guest('home');
  const second: Thing = { ...guest('home', 'web', ['BC:24:11:00:00:01']), idle: true };
  const map = new HomelabMap([
    { by: 'first', things: [first] },
    { by: 'second', things: [second] },
  ]);
  expect(map.things.get('guest/home/100')).toMatchObject({
    aliases: ['ct/100', 'BC:24:11:00:00:01'],
    idle: true,
  });
  expect(first.aliases).toEqual(['ct/100']);
});
