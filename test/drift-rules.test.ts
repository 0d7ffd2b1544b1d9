import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { driftKinds, type OwnComparisons, type OwnRule } from '../src/core/drift.ts';
import type { AddressPool } from '../src/core/inventory.ts';
import { kindOf, type Kind, type Link, type Ref, type Thing } from '../src/core/map.ts';
import { compare, type Comparison } from '../src/homelab/drift/comparison.ts';
import type { Source } from '../src/homelab/drift/sources.ts';
import { HomelabMap } from '../src/homelab/map/map.ts';

/** Who describes what, in a homelab that has everything. */
const describers: Readonly<Record<string, readonly Kind[]>> = {
  Cluster: ['node', 'guest', 'address'],
  Names: ['name'],
  Proxy: ['site', 'upstream'],
  Documents: ['device'],
  Metrics: ['target'],
  Logs: ['source'],
  Backups: ['backup'],
  Jobs: ['job'],
};

interface Options {
  /** Titles of services that are not there. */
  without?: readonly string[];
  /** Titles of services that did not tell all. */
  partial?: readonly string[];
  pools?: readonly AddressPool[];
  own?: Readonly<Record<string, { compares: readonly OwnRule[]; own: OwnComparisons }>>;
}

/** What comes of comparing these things, each told by who describes its kind. */
function compared(things: readonly Thing[], options: Options = {}): Comparison {
  const { without = [], partial = [], pools = [], own = {} } = options;
  const titles = Object.keys(describers).filter((title) => !without.includes(title));
  const teller = (thing: Thing): string | undefined => {
    if (thing.links.some(({ documented }) => documented)) return 'Documents';
    return (
      titles.find((title) => describers[title]?.includes(kindOf(thing.ref))) ??
      (kindOf(thing.ref) === 'instance' ? 'Proxy' : undefined)
    );
  };
  const map = new HomelabMap(
    titles.map((by) => ({
      by,
      things: things.filter((thing) => teller(thing) === by),
      partial: by === 'Cluster' && partial.includes(by),
    })),
  );
  const sources = titles.map((title): Source => ({
    title,
    describes: describers[title] ?? [],
    whole: new Set(partial.includes(title) ? [] : describers[title]),
    compares: own[title]?.compares ?? [],
    own: own[title]?.own ?? {},
    reasons: partial.includes(title) ? [`${title} half is silent`] : [],
  }));
  return compare({ sources, map, pools }, new Set(driftKinds));
}

/** Subjects of one rule. */
const found = (rule: string, things: readonly Thing[], options?: Options): string[] =>
  compared(things, options)
    .rows.filter((row) => row.rule === rule)
    .map(({ subject }) => subject);

const thing = (
  ref: Ref,
  title: string,
  links: readonly Link[] = [],
  more: Partial<Thing> = {},
) => ({
  ref,
  title,
  links,
  ...more,
});
const to = (how: Link['how'], ref: Ref, more: Partial<Link> = {}): Link => ({
  to: ref,
  how,
  ...more,
});
const owned = (ip: string, owner: Ref, more: Partial<Link> = {}): Thing =>
  thing(`address/${ip}`, ip, [to('belongs to', owner, more)]);

interface GuestOptions extends Partial<Thing> {
  ip?: string;
  type?: 'ct' | 'vm';
  cluster?: string;
}
function guest(
  vmid: number,
  title: string,
  { ip, type = 'ct', cluster = 'default', ...more }: GuestOptions = {},
): Thing[] {
  const ref: Ref = `guest/${cluster}/${vmid}`;
  const machine = thing(ref, title, [], {
    state: 'up',
    about: `${type} of ${cluster}`,
    aliases: [`${type}/${vmid}`],
    ...more,
  });
  return ip === undefined ? [machine] : [machine, owned(ip, ref)];
}
const record = (name: string, ...ips: string[]): Thing =>
  thing(
    `name/${name}`,
    name,
    ips.map((ip) => to('resolves to', /^[\d.]+$/.test(ip) ? `address/${ip}` : `name/${ip}`)),
  );
const device = (id: number, title: string, more: Partial<Thing> = {}): Thing =>
  thing(`device/default/${id}`, title, [], { about: 'documented device, active', ...more });
const vm = (id: number, title: string, more: Partial<Thing> = {}): Thing =>
  thing(`device/default/vm/${id}`, title, [], { about: 'documented VM, active', ...more });
const written = (ip: string, owner: Ref): Thing => owned(ip, owner, { documented: true });
const writtenName = (name: string, ip: string): Thing =>
  thing(`name/${name}`, name, [to('resolves to', `address/${ip}`, { documented: true })]);
const at = (ref: Ref, place: Ref, more: Partial<Thing> = {}): Thing =>
  thing(ref, ref.split('/').at(-1) ?? ref, [to('reached at', place)], more);

const web = guest(11, 'web', { ip: '10.0.0.11' });
const wiki = guest(12, 'wiki', { ip: '10.0.0.12' });

/** A rule, what it must find, and what looks like it and must stay quiet. */
type Case = [what: string, subjects: readonly string[], things: readonly Thing[], Options?];

const cases: Readonly<Record<string, readonly Case[]>> = {
  'address-of-several': [
    [
      'two guests that are seen with one address',
      ['10.0.0.11'],
      [...web, ...guest(12, 'wiki', { ip: '10.0.0.11' })],
      { without: ['Documents', 'Names'] },
    ],
    [
      'one that had the address last, and is off',
      [],
      [
        ...web,
        ...guest(12, 'wiki', { state: 'down' }),
        owned('10.0.0.11', 'guest/default/12', { weak: true }),
      ],
    ],
    [
      'two that had it last, both of them off',
      [],
      [11, 12].flatMap((vmid) => [
        ...guest(vmid, `g${vmid}`, { state: 'down' }),
        owned('10.0.0.11', `guest/default/${vmid}`, { weak: true }),
      ]),
    ],
    [
      'the address of a pair, which both halves hold for a moment',
      [],
      [...web, ...guest(12, 'wiki', { ip: '10.0.0.11' }), owned('10.0.0.11', 'instance/dns')],
    ],
    [
      'a document, which is no machine',
      [],
      [...web, device(1, 'box'), written('10.0.0.11', 'device/default/1')],
    ],
  ],
  'record-of-nobody': [
    [
      'a record to an address that nobody has',
      ['old.lab'],
      [...web, record('old.lab', '10.0.0.99')],
    ],
    [
      'a record of a guest that is elsewhere by now, documents or not',
      ['web.lab'],
      [...web, record('web.lab', '10.0.0.99')],
      { without: ['Documents'] },
    ],
    ['a record to a guest', [], [...web, record('x.lab', '10.0.0.11')]],
    [
      'a record of a guest that has moved, of which documents do not know either',
      ['web.lab', 'www.lab'],
      [
        ...web,
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
        record('web.lab', '10.0.0.99'),
        record('www.lab', '10.0.0.99'),
      ],
    ],
    [
      'a second documented address of a guest',
      [],
      [
        ...web,
        vm(1, 'web'),
        written('10.0.0.11', 'device/default/vm/1'),
        written('10.0.0.99', 'device/default/vm/1'),
        record('web.lab', '10.0.0.99'),
      ],
    ],
    [
      'the documented address of a guest of which two are called so, or of one whose address nobody knows',
      [],
      [
        ...web,
        ...guest(11, 'web', { cluster: 'b', ip: '10.0.0.21' }),
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
        record('web.lab', '10.0.0.99'),
        ...guest(13, 'nas'),
        vm(3, 'nas'),
        written('10.0.0.98', 'device/default/vm/3'),
        record('x.lab', '10.0.0.98'),
      ],
    ],
    [
      'the card of a node that only documents know',
      [],
      [
        ...web,
        thing('node/default/pve1', 'pve1'),
        owned('10.0.0.1', 'node/default/pve1'),
        device(1, 'pve1'),
        written('10.0.0.99', 'device/default/1'),
        record('pve1-ipmi.lab', '10.0.0.99'),
      ],
    ],
    [
      'any box in the house, where nobody documents boxes',
      [],
      [...web, record('printer.lab', '10.0.0.99')],
      { without: ['Documents'] },
    ],
    [
      'the address of a documented device',
      [],
      [
        ...web,
        device(1, 'printer'),
        written('10.0.0.99', 'device/default/1'),
        record('p.lab', '10.0.0.99'),
      ],
    ],
    [
      'an address at which something answers',
      [],
      [
        ...web,
        record('p.lab', '10.0.0.99'),
        at('target/a/b/p:9100', 'address/10.0.0.99', { state: 'up' }),
      ],
    ],
    [
      'a guest that tells no address, by its name',
      [],
      [
        ...web,
        ...guest(13, 'nas'),
        ...guest(14, 'nas', { cluster: 'b' }),
        record('nas.lab', '10.0.0.99'),
      ],
    ],
    ['a network in which no machine is known', [], [...web, record('vpn.lab', '10.9.0.1')]],
    [
      'an address of a pool, which is now of this one and now of that one',
      [],
      [...web, record('phone.lab', '10.0.0.99')],
      { pools: [{ start: '10.0.0.99', end: '10.0.0.99' }] },
    ],
    [
      'one beside a pool',
      ['tv.lab'],
      [...web, record('tv.lab', '10.0.0.99')],
      {
        pools: [
          { start: '10.0.0.100', end: '10.0.0.199' },
          { start: 'fd00::1', end: 'fd00::9' },
        ],
      },
    ],
    ['a public address', [], [...web, record('vps.lab', '203.0.113.9')]],
    [
      'the address that a pair shares',
      [],
      [...web, owned('10.0.0.53', 'instance/dns'), record('dns.lab', '10.0.0.53')],
    ],
    [
      'a second address of a guest, which may float',
      [],
      [...web, thing('address/10.0.0.99', '10.0.0.99'), record('x.lab', '10.0.0.99')],
    ],
  ],
  'name-of-several': [
    [
      'a name of two machines',
      ['both.lab'],
      [...web, ...wiki, record('both.lab', '10.0.0.11', '10.0.0.12')],
    ],
    [
      'two addresses of one machine',
      [],
      [...web, owned('10.0.0.12', 'guest/default/11'), record('web.lab', '10.0.0.11', '10.0.0.12')],
    ],
    [
      'both families of one machine',
      [],
      [
        ...web,
        thing('name/web.lab', 'web.lab', [
          to('resolves to', 'address/10.0.0.11'),
          to('resolves to', 'address/fd00::11'),
        ]),
      ],
    ],
    [
      'both halves of a pair',
      [],
      [
        ...web,
        ...wiki,
        at('instance/proxy/a', 'address/10.0.0.11'),
        at('instance/proxy/b', 'address/10.0.0.12'),
        record('both.lab', '10.0.0.11', '10.0.0.12'),
      ],
    ],
  ],
  'guest-without-name': [
    [
      'a guest with an address and no name',
      ['web'],
      [...web, ...wiki, record('wiki.lab', '10.0.0.12')],
    ],
    ['one that another name leads to', [], [...web, record('www.lab', '10.0.0.11')]],
    ['one whose name leads to its proxy', [], [...web, record('web.lab', '10.0.0.80')]],
    [
      'one that is reached through a site',
      [],
      [
        ...web,
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/10.0.0.11:80')]),
        at('upstream/10.0.0.11:80', 'address/10.0.0.11'),
        record('x.lab', '10.0.0.80'),
      ],
    ],
    [
      'one that is switched off',
      [],
      [...guest(11, 'web', { ip: '10.0.0.11', state: 'down', idle: true })],
    ],
    ['one whose address nobody knows', [], guest(11, 'web')],
  ],
  'upstream-of-nobody': [
    [
      'a site whose upstream is nobody',
      ['shop.lab'],
      [
        ...web,
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/10.0.0.99:80')]),
        at('upstream/10.0.0.99:80', 'address/10.0.0.99', { state: 'down' }),
      ],
    ],
    [
      'the same by a name that leads nowhere',
      ['shop.lab'],
      [
        ...web,
        record('old.lab', '10.0.0.99'),
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/old.lab:80')]),
        at('upstream/old.lab:80', 'name/old.lab', { state: 'down' }),
      ],
    ],
    [
      'one that answers',
      [],
      [
        ...web,
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/10.0.0.99:80')]),
        at('upstream/10.0.0.99:80', 'address/10.0.0.99', { state: 'up' }),
      ],
    ],
    [
      'one that nobody checks, where nobody documents boxes',
      [],
      [
        ...web,
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/10.0.0.99:80')]),
        at('upstream/10.0.0.99:80', 'address/10.0.0.99'),
      ],
      { without: ['Documents'] },
    ],
    [
      'a network of containers',
      [],
      [
        ...web,
        thing('site/shop.lab', 'shop.lab', [to('forwards to', 'upstream/172.18.0.5:80')]),
        at('upstream/172.18.0.5:80', 'address/172.18.0.5', { state: 'down' }),
      ],
    ],
  ],
  'owner-otherwise': [
    [
      'an address that another one has',
      ['10.0.0.11'],
      [...web, device(1, 'old'), written('10.0.0.11', 'device/default/1')],
    ],
    [
      'the same machine under its whole name',
      [],
      [...web, device(1, 'web.lab'), written('10.0.0.11', 'device/default/1')],
    ],
    [
      'the address of a pair, which one half holds',
      [],
      [
        ...web,
        owned('10.0.0.11', 'instance/dns'),
        device(1, 'vip'),
        written('10.0.0.11', 'device/default/1'),
      ],
    ],
    [
      'one that was last seen there, of a guest that is off',
      [],
      [
        ...guest(11, 'web', { state: 'down' }),
        owned('10.0.0.11', 'guest/default/11', { weak: true }),
        device(1, 'old'),
        written('10.0.0.11', 'device/default/1'),
      ],
    ],
  ],
  'address-otherwise': [
    [
      'a guest that is elsewhere',
      ['web'],
      [...web, vm(1, 'web'), written('10.0.0.99', 'device/default/vm/1')],
    ],
    [
      'a guest with one of the documented ones',
      [],
      [
        ...web,
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
        written('10.0.0.11', 'device/default/vm/1'),
      ],
    ],
    [
      'two guests of that name',
      [],
      [
        ...web,
        ...guest(11, 'web', { cluster: 'b', ip: '10.0.0.21' }),
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
      ],
    ],
    [
      'a second address of a guest',
      [],
      [
        ...web,
        thing('address/10.0.0.99', '10.0.0.99'),
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
      ],
    ],
    ['one without a documented address', [], [...web, vm(1, 'web')]],
  ],
  'name-otherwise': [
    [
      'a name whose machine is known to have another address, which is told of the machine',
      [],
      [
        ...web,
        vm(1, 'web'),
        written('10.0.0.99', 'device/default/vm/1'),
        record('web.lab', '10.0.0.11'),
        writtenName('web.lab', '10.0.0.99'),
      ],
    ],
    [
      'a name that leads elsewhere',
      ['web.lab'],
      [...web, record('web.lab', '10.0.0.12'), writtenName('web.lab', '10.0.0.11')],
    ],
    [
      'a name that leads there',
      [],
      [...web, record('web.lab', '10.0.0.11'), writtenName('web.lab', '10.0.0.11')],
    ],
    ['an alias', [], [...web, record('web.lab', 'www.lab'), writtenName('web.lab', '10.0.0.11')]],
    [
      'a site, which leads to its proxy',
      [],
      [
        ...web,
        thing('site/web.lab', 'web.lab'),
        record('web.lab', '10.0.0.80'),
        writtenName('web.lab', '10.0.0.11'),
      ],
    ],
    [
      'the other family',
      [],
      [...web, record('web.lab', '10.0.0.11'), writtenName('web.lab', 'fd00::11')],
    ],
  ],
  'status-otherwise': [
    ['one that runs and is documented as gone', ['web'], [...web, vm(1, 'web', { idle: true })]],
    [
      'one that is off, as documented',
      [],
      [...guest(11, 'web', { state: 'down' }), vm(1, 'web', { idle: true })],
    ],
    ['one that runs, as documented', [], [...web, vm(1, 'web')]],
  ],
  'document-of-nobody': [
    ['a VM that no guest is', ['gone'], [...web, vm(1, 'gone')]],
    [
      'one of a cluster of which guests are known',
      ['gone'],
      [...web, vm(1, 'gone', { within: 'home' }), vm(2, 'web', { within: 'home' })],
    ],
    [
      'one of a cluster that is not known here',
      [],
      [...web, vm(1, 'gone', { within: 'cloud' }), vm(2, 'web', { within: 'home' })],
    ],
    ['one that is planned', [], [...web, vm(1, 'soon', { idle: true })]],
    [
      'one elsewhere, by its address',
      [],
      [...web, vm(1, 'vps'), written('203.0.113.9', 'device/default/vm/1')],
    ],
    [
      'one whose address a guest of another name has',
      [],
      [...web, vm(1, 'www'), written('10.0.0.11', 'device/default/vm/1')],
    ],
    ['a box, which no cluster knows', [], [...web, device(1, 'printer')]],
  ],
  'guest-without-document': [
    ['a guest that nobody wrote down', ['wiki'], [...web, ...wiki, vm(1, 'web')]],
    [
      'one that is written down by its address',
      [],
      [...web, vm(1, 'www'), written('10.0.0.11', 'device/default/vm/1')],
    ],
    [
      'one of which nobody knows whether it is off',
      [],
      [...web, ...guest(12, 'wiki', { state: 'unknown' }), vm(1, 'web')],
    ],
    [
      'one of which nobody knows whether it is meant to be off',
      [],
      [...web, ...guest(12, 'wiki', { state: 'unknown' }), vm(1, 'web')],
    ],
    [
      'a template',
      [],
      [...web, ...guest(12, 'template', { state: 'down', idle: true }), vm(1, 'web')],
    ],
  ],
  'target-of-nobody': [
    [
      'a target that is nobody',
      ['10.0.0.99:9100'],
      [...web, at('target/a/node/10.0.0.99:9100', 'address/10.0.0.99', { state: 'down' })],
    ],
    [
      'one that answers',
      [],
      [...web, at('target/a/node/10.0.0.99:9100', 'address/10.0.0.99', { state: 'up' })],
    ],
    [
      'one of a guest that is down',
      [],
      [...web, at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11', { state: 'down' })],
    ],
    [
      'one outside',
      [],
      [...web, at('target/a/node/203.0.113.9:9100', 'address/203.0.113.9', { state: 'down' })],
    ],
  ],
  'guest-without-target': [
    [
      'a guest that nothing measures',
      ['wiki'],
      [...web, ...wiki, at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11')],
    ],
    [
      'one that is measured by its name',
      [],
      [
        ...web,
        ...wiki,
        at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11'),
        thing('target/a/node/wiki:9100', 'wiki:9100'),
      ],
    ],
    [
      'a type of which none is measured',
      [],
      [
        ...web,
        ...guest(12, 'desk', { type: 'vm', ip: '10.0.0.12' }),
        at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11'),
      ],
    ],
    [
      'one that is off',
      [],
      [
        ...web,
        ...guest(12, 'wiki', { ip: '10.0.0.12', state: 'down' }),
        at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11'),
      ],
    ],
    [
      'one whose address nobody tells',
      [],
      [...web, ...guest(12, 'wiki'), at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11')],
    ],
  ],
  'guest-without-logs': [
    [
      'a guest that is silent although its like log',
      ['wiki'],
      [...web, ...wiki, at('source/a/web', 'name/web')],
    ],
    [
      'where few of its like log',
      [],
      [...web, ...wiki, ...guest(13, 'git', { ip: '10.0.0.13' }), at('source/a/web', 'name/web')],
    ],
    ['one that logs by its address', [], [...web, at('source/a/10.0.0.11', 'address/10.0.0.11')]],
  ],
  'backup-of-nobody': [
    [
      'backups of a guest that is gone',
      ['ct/99'],
      [
        ...web,
        thing('backup/default/main/ct/11', 'ct/11', [
          to('backs up', 'guest/*/ct/11', { named: 'web' }),
        ]),
        thing('backup/default/main/ct/99', 'ct/99'),
      ],
    ],
    [
      'backups that are kept on purpose',
      [],
      [
        ...web,
        thing('backup/default/main/ct/11', 'ct/11', [
          to('backs up', 'guest/*/ct/11', { named: 'web' }),
        ]),
        thing('backup/default/main/ct/99', 'ct/99', [], { idle: true }),
      ],
    ],
    [
      'a namespace of another cluster, whose numbers are others',
      [],
      [
        ...web,
        thing('backup/default/main/ct/11', 'ct/11', [
          to('backs up', 'guest/*/ct/11', { named: 'web' }),
        ]),
        thing('backup/default/main/other/ct/11', 'ct/11', [
          to('backs up', 'guest/*/ct/11', { named: 'desk' }),
        ]),
        thing('backup/default/main/other/ct/99', 'ct/99'),
      ],
    ],
    ['backups of a host', [], [...web, thing('backup/default/main/host/laptop', 'host/laptop')]],
  ],
  'job-on-nobody': [
    [
      'a host that is gone',
      ['10.0.0.99'],
      [
        ...web,
        record('web.lab', '10.0.0.11'),
        thing('job/a/1', 'patch', [to('acts on', 'address/10.0.0.99')]),
      ],
    ],
    [
      'a name that nothing has',
      ['old'],
      [
        ...web,
        record('web.lab', '10.0.0.11'),
        thing('job/a/1', 'patch', [to('acts on', 'name/old')]),
      ],
    ],
    [
      'a name that is completed by a domain',
      [],
      [...web, record('x.lab', '10.0.0.11'), thing('job/a/1', 'patch', [to('acts on', 'name/x')])],
    ],
    [
      'a name that a document has',
      [],
      [...web, device(1, 'printer'), thing('job/a/1', 'patch', [to('acts on', 'name/printer')])],
    ],
    [
      'a name of a domain that is not served here',
      [],
      [
        ...web,
        record('web.lab', '10.0.0.11'),
        thing('job/a/1', 'patch', [to('acts on', 'name/vps.example.com')]),
      ],
    ],
    [
      'a job that is off',
      [],
      [...web, thing('job/a/1', 'patch', [to('acts on', 'address/10.0.0.99')], { idle: true })],
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (rule, table) => {
  it.each(table)('%s: %j', (_, subjects, things, options) => {
    expect(found(rule, things, options)).toEqual(subjects);
  });
});

describe('who says so', () => {
  const sidesOf = (rule: string, things: readonly Thing[]) =>
    compared(things).rows.flatMap((row) =>
      row.rule === rule
        ? [[row.sure, ...row.statements.map(({ by, says }) => `${by}: ${says}`)]]
        : [],
    );

  it('of an address of two guests is who sees each of them; in two clusters it may be two networks', () => {
    const both = (cluster: string) => [...web, ...guest(12, 'wiki', { ip: '10.0.0.11', cluster })];
    expect(sidesOf('address-of-several', both('default'))).toEqual([
      ['certain', 'Cluster: web has it (ct of default)', 'Cluster: wiki has it (ct of default)'],
    ]);
    expect(sidesOf('address-of-several', both('b')).map(([sure]) => sure)).toEqual(['likely']);
  });

  it('of an address that documents have for a guest that has moved is not the documents', () => {
    const things = [
      ...web,
      vm(1, 'web'),
      written('10.0.0.99', 'device/default/vm/1'),
      record('www.lab', '10.0.0.99'),
      thing('job/a/1', 'patch', [to('acts on', 'address/10.0.0.99')]),
    ];
    expect(sidesOf('record-of-nobody', things)).toEqual([
      [
        'certain',
        'Names: it is at 10.0.0.99',
        'Cluster: nobody has 10.0.0.99, and web is at 10.0.0.11',
      ],
    ]);
    expect(sidesOf('job-on-nobody', things)[0]?.at(-1)).toBe(
      'Cluster and Names: nobody has 10.0.0.99',
    );
  });
});

/** A homelab with a bit of every trouble. */
const everything: readonly Thing[] = [
  ...web,
  ...wiki,
  ...guest(13, 'git', { ip: '10.0.0.13' }),
  record('old.lab', '10.0.0.99'),
  record('older.lab', '10.0.0.98'),
  record('both.lab', '10.0.0.11', '10.0.0.12'),
  device(1, 'box'),
  written('10.0.0.12', 'device/default/1'),
  vm(1, 'gone'),
  vm(2, 'web'),
  at('target/a/node/10.0.0.97:9100', 'address/10.0.0.97', { state: 'down', about: 'target' }),
  at('target/a/node/10.0.0.11:9100', 'address/10.0.0.11', { state: 'up' }),
  thing('backup/default/main/ct/11', 'ct/11', [to('backs up', 'guest/*/ct/11', { named: 'web' })]),
  thing('backup/default/main/ct/99', 'ct/99'),
  thing('job/a/1', 'patch', [to('acts on', 'address/10.0.0.96')]),
  thing('job/a/3', 'audit', [to('acts on', 'address/10.0.0.96')]),
  thing('job/a/2', 'update', [to('acts on', 'name/nothing')]),
];

describe('what is not known', () => {
  const things = [...web, record('old.lab', '10.0.0.99'), vm(1, 'gone')];

  it('is never called without difference: a side that is not whole makes its rules not compared', () => {
    for (const title of ['Cluster', 'Names', 'Documents']) {
      const { rows, compared: rules, gaps } = compared(things, { partial: [title] });
      expect(rows.map(({ rule }) => rule)).not.toContain('record-of-nobody');
      expect(rules.map(({ rule }) => rule)).not.toContain('record-of-nobody');
      const [gap] = gaps;
      expect([gap?.what, gap?.why]).toEqual([
        expect.stringContaining('record-of-nobody'),
        `${title} half is silent`,
      ]);
    }
  });

  it('leaves other rules alone', () => {
    expect(found('document-of-nobody', things, { partial: ['Names', 'Jobs'] })).toEqual(['gone']);
  });

  it('does not exist where nobody describes a side', () => {
    const { absent: rules, gaps } = compared(things, { without: ['Names', 'Documents'] });
    const absent = rules.map(({ rule }) => rule);
    expect(absent).toEqual(expect.arrayContaining(['record-of-nobody', 'owner-otherwise']));
    expect(absent).not.toContain('guest-without-target');
    expect(gaps).toEqual([]);
  });

  it('makes a difference likely: a guest that tells no address may have any', () => {
    const sure = (...more: Thing[]) =>
      compared([...things, ...more]).rows.find(({ rule }) => rule === 'record-of-nobody')?.sure;
    expect(sure()).toBe('certain');
    expect(sure(...guest(13, 'mute'))).toBe('likely');
    expect(sure(...guest(13, 'mute', { idle: true, state: 'down' }))).toBe('certain');
  });

  it('of a service that compares within itself is a gap of that service alone', () => {
    const rows = [{ subject: 'x', about: 'name/x' as const, statements: [] }];
    const { gaps, rows: told } = compared(things, {
      own: {
        Names: { compares: ['pair-apart'], own: { 'pair-apart': rows } },
        Proxy: { compares: ['pair-apart'], own: {} },
      },
    });
    expect(told.filter(({ rule }) => rule === 'pair-apart')).toHaveLength(1);
    expect(gaps).toEqual([{ what: 'pair-apart', why: 'Proxy: it did not compare' }]);
  });
});

test('a guest in no job that is backed up all the same is told with that, and as likely', () => {
  const guests = [11, 12].map((vmid) => ({
    subject: `ct ${vmid}`,
    about: `guest/default/${vmid}` as const,
    statements: [{ by: 'Cluster', says: 'no backup job has it' }],
  }));
  const own = {
    Cluster: { compares: ['not-backed-up' as const], own: { 'not-backed-up': guests } },
  };
  const backup = thing(
    'backup/default/main/ct/11',
    'ct/11',
    [to('backs up', 'guest/*/ct/11', { named: 'web' })],
    { state: 'up', about: 'backups on-time' },
  );
  const told = (state: 'up' | 'degraded') =>
    compared([...web, ...wiki, { ...backup, state }], { own })
      .rows.filter(({ rule }) => rule === 'not-backed-up')
      .map(({ subject, sure, statements }) => [subject, sure, statements.at(-1)?.says]);
  expect(told('up')).toEqual([
    ['ct 11', 'likely', 'backups on-time'],
    ['ct 12', 'certain', 'no backup job has it'],
  ]);
  expect(told('degraded').map(([, sure]) => sure)).toEqual(['certain', 'certain']);
});

describe('the list', () => {
  it('is the same in whatever order things are told', () => {
    const whole = compared(everything);
    expect(whole.rows.length).toBeGreaterThan(8);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...everything], { minLength: everything.length }),
        (things) => {
          const { rows, ...others } = compared(things);
          expect(rows).toEqual(whole.rows);
          expect(others).toMatchObject({ gaps: whole.gaps, absent: whole.absent });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has for each row two statements, and who says them', () => {
    for (const { statements } of compared(everything).rows) {
      expect(statements.length).toBeGreaterThan(1);
      expect(statements.every(({ by, says }) => by !== '' && says !== '')).toBe(true);
    }
  });
});
