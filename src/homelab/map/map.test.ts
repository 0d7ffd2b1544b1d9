import { describe, expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { HomelabMap } from './map.ts';

const thing = (ref: Ref, links: readonly Link[] = [], title?: string): Thing => ({
  ref,
  title: title ?? ref.split('/').at(-1) ?? ref,
  links,
});
const mapOf = (...things: readonly Thing[]): HomelabMap => new HomelabMap([{ by: 'Test', things }]);
const to = (how: Link['how'], ref: Ref, more: Partial<Link> = {}): Link => ({
  how,
  to: ref,
  ...more,
});

const node = thing('node/default/pve1');
const guest = (vmid: number, name: string, instance = 'default'): Thing =>
  thing(`guest/${instance}/${vmid}`, [to('runs on', 'node/default/pve1')], name);
const record = (name: string, address: string): Thing =>
  thing(`name/${name}`, [to('resolves to', `address/${address}`)]);
const owned = (address: string, owner: Ref, more: Partial<Link> = {}): Thing =>
  thing(`address/${address}`, [to('belongs to', owner, more)]);

describe('what several services say', () => {
  it('is one thing, with the links of all and who speaks of it', () => {
    const map = new HomelabMap([
      { by: 'A', things: [{ ...guest(1, 'web'), state: 'up' }] },
      { by: 'B', things: [{ ...thing('guest/default/1', [], 'other'), aliases: ['x'] }] },
    ]);
    expect(map.things.get('guest/default/1')).toMatchObject({
      title: 'web',
      state: 'up',
      by: ['A', 'B'],
      aliases: ['x'],
      links: [to('runs on', 'node/default/pve1')],
    });
  });

  it('exists too where it is only linked to', () => {
    expect(mapOf(guest(1, 'web')).things.get('node/default/pve1')).toMatchObject({ by: [] });
  });

  it('carries where it was seen, also where documentation says the same first', () => {
    const documented = owned('10.0.0.9', 'guest/default/1', { documented: true });
    const map = mapOf(documented, owned('10.0.0.9', 'guest/default/1'), guest(1, 'web'));
    expect(map.path('address/10.0.0.9', 'node/default/pve1')).toHaveLength(3);
    expect(mapOf(documented, guest(1, 'web')).below('address/10.0.0.9')).toEqual([]);
  });
});

describe('an address', () => {
  it('that two machines have is joined to neither, and said', () => {
    const map = mapOf(
      owned('10.0.0.9', 'guest/default/1'),
      owned('10.0.0.9', 'guest/default/2'),
      record('web.lab', '10.0.0.9'),
      guest(1, 'web'),
      guest(2, 'other'),
    );
    expect(map.conflicts).toEqual([
      { address: 'address/10.0.0.9', owners: ['guest/default/1', 'guest/default/2'] },
    ]);
    expect(map.below('address/10.0.0.9')).toEqual([]);
  });

  it('that floats is of the pair, whoever holds it', () => {
    const map = mapOf(
      owned('10.0.0.53', 'guest/default/1'),
      owned('10.0.0.53', 'instance/dns'),
      guest(1, 'dns1'),
    );
    expect([map.conflicts, map.foundation('address/10.0.0.53')]).toEqual([[], ['instance/dns']]);
  });

  it('of a guest that is gone is of who has it now', () => {
    const map = mapOf(
      owned('10.0.0.9', 'guest/default/1', { weak: true }),
      owned('10.0.0.9', 'guest/default/2'),
      guest(1, 'old'),
      guest(2, 'new'),
    );
    expect(map.path('address/10.0.0.9', 'guest/default/2')).toBeDefined();
    expect(map.path('address/10.0.0.9', 'guest/default/1')).toBeUndefined();
  });
});

describe('a host name', () => {
  const upstream = (dial: string, place: Ref): Thing =>
    thing(`upstream/${dial}`, [to('reached at', place)]);

  it('joins an address that nobody is seen to have to the only machine called so', () => {
    const map = mapOf(node, guest(1, 'web'), record('web.lab.example.net', '10.0.0.9'));
    expect(map.below('address/10.0.0.9')).toEqual([
      to('belongs to', 'guest/default/1', { weak: true }),
    ]);
  });

  it('joins a bare name that nothing resolves', () => {
    const map = mapOf(guest(1, 'web'), upstream('web:80', 'name/web'));
    expect(map.path('upstream/web:80', 'guest/default/1')).toBeDefined();
  });

  it.each<[string, readonly Thing[]]>([
    ['two guests have it', [guest(1, 'web'), guest(2, 'web', 'other')]],
    ['a guest and a node have it', [guest(1, 'web'), thing('node/default/web')]],
    [
      'the machine is seen at another address',
      [guest(1, 'web'), owned('10.0.0.8', 'guest/default/1')],
    ],
    [
      'several machines would fit, as behind a proxy',
      [guest(1, 'web'), guest(2, 'wiki'), record('wiki.lab.example.net', '10.0.0.9')],
    ],
    [
      'it is a site, which is forwarded somewhere else',
      [
        guest(1, 'web'),
        thing('site/web.lab.example.net', [to('forwards to', 'upstream/10.0.0.1:80')]),
        upstream('10.0.0.1:80', 'address/10.0.0.1'),
      ],
    ],
  ])('joins nothing where %s', (_, things) => {
    const map = mapOf(record('web.lab.example.net', '10.0.0.9'), ...things);
    expect(map.below('address/10.0.0.9')).toEqual([]);
  });

  it('joins nothing of a domain that is not served here', () => {
    const things = [guest(1, 'web'), upstream('web.example.com:443', 'name/web.example.com')];
    expect(mapOf(...things).below('name/web.example.com')).toEqual([]);
    expect(
      mapOf(...things, record('nas.example.com', '10.0.0.7')).below('name/web.example.com'),
    ).toEqual([to('belongs to', 'guest/default/1', { weak: true })]);
  });

  it('joins nothing while a part of the machines is not known', () => {
    const things = [guest(1, 'web'), record('web.lab.example.net', '10.0.0.9')];
    const map = new HomelabMap([{ by: 'A', things, partial: true }]);
    expect(map.below('address/10.0.0.9')).toEqual([]);
  });

  it('of a site leads to the site where it resolves to its proxy', () => {
    const site = thing('site/web.lab', [
      to('served by', 'instance/proxy/a'),
      to('forwards to', 'upstream/10.0.0.9:80'),
    ]);
    const at = (owner: Ref): HomelabMap =>
      mapOf(site, record('web.lab', '10.0.0.80'), owned('10.0.0.80', owner), guest(1, 'other'));
    expect(at('instance/proxy').path('name/web.lab', 'site/web.lab')).toBeDefined();
    expect(at('guest/default/1').path('name/web.lab', 'site/web.lab')).toBeUndefined();
  });
});
