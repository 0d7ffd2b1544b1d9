import { describe, expect, test } from 'vitest';
import { idOf, placeOf, type Link, type Ref, type Thing } from '../../core/map.ts';
import { backupIncidents } from '../../demo/incidents/backups.ts';
import { guestIncidents } from '../../demo/incidents/guests.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { nodeIncidents } from '../../demo/incidents/nodes.ts';
import { storageIncidents } from '../../demo/incidents/storage.ts';
import type { World } from '../../demo/world/index.ts';
import { pastTask } from '../../demo/world/proxmox-tasks.ts';
import { cluster, now, tokenWith, type ClusterOptions } from '../../../test/clusters.ts';
import { adrift, misjoined, pictureOf } from '../../../test/homelab-map.ts';
import { addressThing } from './address-thing.ts';
import type { Address } from './addresses.ts';
import { auditor } from './fake/index.ts';
import { ownAddresses } from './guest-things.ts';
import { thingsOf } from './things.ts';

const incidents: Record<string, Incident> = {
  ...guestIncidents,
  ...nodeIncidents,
  ...storageIncidents,
  ...backupIncidents,
};

async function look(options: ClusterOptions = {}) {
  const lab = await cluster(options);
  const picture = await pictureOf(lab);
  const { checkup, inventory } = picture.partsOf('proxmox');
  const find = (things: readonly Thing[], ref: Ref): Thing | undefined =>
    things.find((thing) => thing.ref === ref);
  return {
    ...lab,
    ...picture,
    things: checkup,
    seen: (ref: Ref) => find(checkup, ref),
    listed: (ref: Ref) => find(inventory, ref),
  };
}

const stopped =
  (name: string, more: object = {}) =>
  (world: World): void => {
    Object.assign(world.guest(name), { status: 'stopped', startedAt: null, ...more });
  };
const linksOf = (thing: Thing | undefined, how: Link['how']): Ref[] =>
  (thing?.links ?? []).filter((link) => link.how === how).map(({ to }) => to);

describe('the map of a cluster', () => {
  test('a node, its address, and how it is', async () => {
    const { seen, world } = await look();
    expect(seen('node/default/pve-mini3')).toEqual({
      ref: 'node/default/pve-mini3',
      title: 'pve-mini3',
      state: 'up',
      about: 'node online',
      more: { tool: 'node_status', arguments: { node: 'pve-mini3' } },
      links: [],
    });
    const address: Ref = `address/${world.node('pve-mini3').ip}`;
    expect(linksOf(seen(address), 'belongs to')).toEqual(['node/default/pve-mini3']);
  });

  test('a guest that runs stands on its node; its configuration is not read for the map', async () => {
    const { seen } = await look();
    expect(seen('guest/default/30061')).toEqual({
      ref: 'guest/default/30061',
      title: 'paperless',
      state: 'up',
      about: 'LXC running on pve-mini3',
      more: { tool: 'get_guest', arguments: { vmid: 30061 } },
      links: [{ to: 'node/default/pve-mini3', how: 'runs on' }],
      aliases: ['ct/30061'],
    });
  });

  test('one that is stopped and should run has its address, its card and its storage from the configuration', async () => {
    const { seen, map, world } = await look({ change: stopped('paperless') });
    const { ip, mac, storage } = world.guest('paperless');
    const guest = seen('guest/default/30061');
    expect(guest).toMatchObject({ state: 'down', aliases: ['ct/30061', mac] });
    expect(guest).not.toHaveProperty('idle');
    const [on] = linksOf(guest, 'stored on');
    expect(on).toMatch(new RegExp(`^storage/default/(pve-mini3/)?${storage}$`));
    expect(linksOf(seen(`address/${ip}`), 'belongs to')).toEqual(['guest/default/30061']);
    expect(map.path(`address/${ip}`, 'node/default/pve-mini3')).toEqual([
      `address/${ip}`,
      'guest/default/30061',
      'node/default/pve-mini3',
    ]);
  });

  test('one that is meant to be off is idle and claims no address: its original may run with it', async () => {
    const { seen, things, world } = await look({ change: stopped('paperless', { onboot: false }) });
    const { ip } = world.guest('paperless');
    expect(seen('guest/default/30061')).toMatchObject({ state: 'down', idle: true });
    expect(seen(`address/${ip}`)).toBeUndefined();
    const idle = things.filter((thing) => thing.idle);
    expect(idle.map(({ title }) => title)).toEqual(
      expect.arrayContaining(world.guests.filter(({ template }) => template).map((g) => g.name)),
    );
  });

  test('HA decides before start at boot, also on what is meant to be off', async () => {
    const { seen, world } = await look({
      change: stopped('authentik', { ha: { requested: 'stopped', state: 'stopped' } }),
    });
    expect(seen(`guest/default/${world.guest('authentik').vmid}`)).toMatchObject({
      title: 'authentik',
      idle: true,
      about: expect.stringMatching(/^(LXC|VM) stopped on \S+, HA stopped$/),
    });
  });

  test('a local storage is on its node, a shared one is one and on nothing', async () => {
    const { seen, things } = await look();
    expect(seen('storage/default/pve-mini5/local')).toMatchObject({
      title: 'local',
      state: 'up',
      links: [{ to: 'node/default/pve-mini5', how: 'runs on' }],
    });
    expect(seen('storage/default/nas-vms')).toMatchObject({ title: 'nas-vms', links: [] });
    const refs = things.map(({ ref }) => ref);
    expect(new Set(refs).size).toBe(refs.length);
  });

  test('a backup job names its guests, and the storage that every node means', async () => {
    const { seen, world } = await look();
    const job = world.proxmox.backupJobs.find(({ id }) => id === 'backup-daily');
    const thing = seen('job/proxmox/default/backup-daily');
    expect(linksOf(thing, 'backs up')).toHaveLength(job?.guests?.length ?? -1);
    expect(linksOf(thing, 'acts on')).toEqual([`storage/default/${job?.storage}`]);
  });

  test('of a dead node nothing is known but that', async () => {
    const { seen } = await look({
      change: (world) => {
        world.node('pve-mini3').offline = { since: now - 240_000, symptom: 'refused' };
      },
    });
    expect(seen('node/default/pve-mini3')?.state).toBe('down');
    expect(seen('guest/default/30061')?.state).toBe('unknown');
    expect(seen('storage/default/pve-mini3/local')?.state).toBe('unknown');
    expect(seen('storage/default/nas-vms')?.state).toBe('up');
  });

  test('no request is made for it: a check-up asks the cluster what it always asked', async () => {
    const { call, paths } = await cluster();
    await call('service_health', { service: 'proxmox' });
    expect(
      paths()
        .filter((path) => path.includes(' /cluster/'))
        .toSorted(),
    ).toEqual([
      'GET /cluster/backup',
      'GET /cluster/backup-info/not-backed-up',
      'GET /cluster/ha/status/current',
      'GET /cluster/resources',
      'GET /cluster/status',
      'GET /cluster/tasks',
    ]);
  });

  test('the inventory of addresses knows where every guest is reached and stored', async () => {
    const { listed, world } = await look();
    const { ip, mac } = world.guest('paperless');
    const guest = listed('guest/default/30061');
    expect(guest?.aliases).toEqual(['ct/30061', mac]);
    expect(linksOf(guest, 'stored on')).toHaveLength(1);
    expect(linksOf(listed(`address/${ip}`), 'belongs to')).toEqual(['guest/default/30061']);
    expect(listed('address/172.17.0.1')).toBeUndefined();
  });

  test('a token that sees no nodes in full leaves the addresses of nodes out', async () => {
    const { seen, listed, world } = await look({
      knobs: tokenWith({ '/vms': auditor }),
    });
    for (const find of [seen, listed]) {
      expect(find(`address/${world.node('pve-mini3').ip}`)).toBeUndefined();
      expect(find('guest/default/30061')?.title).toBe('paperless');
    }
  });
});

test('of several clusters each names its own, and the calls say which', () => {
  const picture = (instance: string) =>
    thingsOf({
      instance,
      label: instance,
      resources: {
        nodes: [],
        storages: [],
        pools: [],
        guests: [
          {
            vmid: 100,
            type: 'lxc',
            node: 'pve1',
            name: undefined,
            status: 'running',
            lastStatus: undefined,
            template: false,
            uptimeSeconds: undefined,
            cpuShare: undefined,
            cores: undefined,
            memoryBytes: undefined,
            memoryTotalBytes: undefined,
            diskTotalBytes: undefined,
            pool: undefined,
            tags: [],
            lock: undefined,
            ha: undefined,
          },
        ],
      },
      silentNodes: new Set(['pve1']),
      configs: new Map(),
    });
  expect(picture('home')).toMatchObject([{ ref: 'instance/proxmox/home', title: 'home' }, {}]);
  expect(picture('lab')[1]).toEqual({
    ref: 'guest/lab/100',
    title: 'ct/100',
    // Its node reports nothing, so that it runs is old news.
    state: 'unknown',
    about: 'LXC running on pve1',
    more: { tool: 'get_guest', arguments: { vmid: 100, instance: 'lab' } },
    links: [{ to: 'node/lab/pve1', how: 'runs on' }],
    aliases: ['ct/100'],
  });
});

describe('what every finding says can be joined', () => {
  test.each(Object.entries(incidents).filter(([, { expect: id }]) => id !== undefined))(
    '%s',
    async (_, { apply, expect: id = '' }) => {
      const picture = await look({ change: apply });
      const findings = picture.findings.filter((finding) => finding.id.startsWith(id));
      expect(findings.length).toBeGreaterThan(0);
      expect([adrift(picture, 'proxmox'), misjoined(picture)]).toEqual([[], []]);
    },
  );

  const findingOf = async (change: (world: World) => void, id: string) =>
    (await look({ change })).findings.find((finding) => finding.id.startsWith(id));

  test('what is gone stops, what is nearly full is a risk', async () => {
    expect(await findingOf(stopped('paperless'), 'proxmox.guest-down')).toMatchObject({
      about: ['guest/default/30061'],
      effect: 'stops',
    });
    expect(
      await findingOf(storageIncidents['storage-full'].apply, 'proxmox.storage-full'),
    ).toMatchObject({ about: ['storage/default/nas-vms'], effect: 'risk' });
    expect(
      await findingOf(storageIncidents['storage-unreachable'].apply, 'proxmox.storage-unavail'),
    ).toMatchObject({ about: ['storage/default/nas-vms'], effect: 'stops' });
  });

  test('a guest that HA gave up on is gone only if it does not run', async () => {
    const inError = (world: World): void => {
      world.guest('authentik').ha = { requested: 'started', state: 'error' };
    };
    const down = (world: World): void => {
      inError(world);
      Object.assign(world.guest('authentik'), { status: 'stopped', startedAt: null });
    };
    expect((await findingOf(inError, 'proxmox.ha-error'))?.effect).toBe('degrades');
    expect((await findingOf(down, 'proxmox.ha-error'))?.effect).toBe('stops');
  });

  test('more guests of a node than are told one by one accuse the guests, never the node', async () => {
    const finding = await findingOf((world) => {
      for (const guest of world.guests)
        if (guest.node === 'pve-mini3' && guest.status === 'running') stopped(guest.name)(world);
    }, 'proxmox.guest');
    const kinds = new Set(finding?.about?.map((ref) => ref.split('/')[0]));
    expect([...kinds]).toEqual(['guest']);
  });

  test('a start that failed is no more than a risk once the guest runs', async () => {
    const fail = (world: World): void => {
      const { node, vmid } = world.guest('paperless');
      pastTask(world.proxmox.tasks, {
        node,
        type: 'vzstart',
        id: String(vmid),
        user: 'root@pam',
        startedAt: now - 600_000,
        seconds: 4,
        exit: 'startup for container failed',
      });
    };
    const id = 'proxmox.task-failed/vzstart:30061';
    expect((await findingOf(fail, id))?.effect).toBe('risk');
    const down = (world: World): void => {
      fail(world);
      stopped('paperless', { onboot: false })(world);
    };
    expect((await findingOf(down, id))?.effect).toBe('stops');
  });
});

describe('addresses', () => {
  const owner: Ref = 'guest/default/100';

  test.each([
    ['10.0.20.9', 'address/10.0.20.9'],
    ['fd00:0:0::9', 'address/fd00::9'],
    ['2001:DB8::A', 'address/2001:db8::a'],
    ['100.64.3.7', 'address/100.64.3.7'],
    ['::ffff:10.0.20.9', placeOf('::ffff:10.0.20.9')],
    ['127.0.0.1', undefined],
    ['169.254.7.7', undefined],
    ['::1', undefined],
    ['fe80::1', undefined],
    ['fe80::1%eth0', undefined],
    ['dhcp', undefined],
    ['', undefined],
  ])('%s is %s', (text, ref) => {
    const thing = addressThing(text, owner);
    expect(thing?.ref).toBe(ref);
    if (thing) expect(placeOf(idOf(thing.ref))).toBe(thing.ref);
  });

  const at = (address: string, name = 'eth0'): Address => ({
    address,
    interface: name,
    source: 'lxc interfaces',
  });
  const own = (...addresses: Address[]): string[] =>
    ownAddresses(addresses).map(({ address }) => address);

  test('a second one of a card may be floating, and is nobody’s', () => {
    expect(own(at('10.0.10.2'), at('10.0.10.53'))).toEqual(['10.0.10.2']);
    expect(own(at('10.0.10.2'), at('10.0.20.2', 'eth1'))).toEqual(['10.0.10.2', '10.0.20.2']);
    expect(own(at('fd00::2'), at('10.0.10.2'))).toEqual(['fd00::2', '10.0.10.2']);
  });

  test('of two IPv6 addresses of one network nobody knows which stays', () => {
    expect(own(at('fd00::53'), at('fd00::2'))).toEqual([]);
    expect(own(at('fd00::2'), at('2001:db8::2'))).toEqual(['fd00::2', '2001:db8::2']);
    expect(own(at('fd00::2'), at('fd00::3', 'eth1'))).toEqual(['fd00::2', 'fd00::3']);
  });
});
