import { describe, expect, test } from 'vitest';
import { day, hour, lastSunday, lastTime } from './clock.ts';
import { createWorld } from './index.ts';
import { catchUp } from './proxmox.ts';

const now = Date.UTC(2026, 10, 23, 9, 30);
const world = createWorld({ now });
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('the house', () => {
  test('has 4 nodes and 47 guests of which 38 run', () => {
    expect(world.nodes).toHaveLength(4);
    expect(world.guests).toHaveLength(47);
    expect(world.guests.filter(({ status }) => status === 'running')).toHaveLength(38);
    expect(world.guests.filter(({ template }) => template).map(({ status }) => status)).toEqual([
      'stopped',
      'stopped',
    ]);
  });

  test('runs n8n as LXC 30062 on pve-mini5', () => {
    expect(world.guest(30062)).toBe(world.guest('n8n'));
    expect(world.guest('n8n')).toMatchObject({
      type: 'lxc',
      node: 'pve-mini5',
      status: 'running',
      ip: '10.0.30.62',
      mac: 'BC:24:11:00:75:6E',
    });
    expect(() => world.guest('nobody')).toThrow('nothing in this world is called nobody');
  });

  test('gives every machine its own number, name, address and MAC', () => {
    const machines = [...world.guests, ...world.nodes, ...world.network.devices];
    for (const value of [
      world.guests.map(({ vmid }) => vmid),
      machines.map(({ name }) => name),
      world.guests.map(({ mac }) => mac),
      [...machines.flatMap(({ ip }) => ip ?? []), ...Object.values(world.network.vips)],
    ])
      expect(new Set<string | number>(value).size).toBe(value.length);
  });

  test('is healthy: what should run runs, on nodes that exist and have room', () => {
    for (const guest of world.guests) {
      expect(guest.onboot && !guest.template).toBe(guest.status === 'running');
      expect(guest.startedAt === null).toBe(guest.status === 'stopped');
      if (guest.startedAt) expect(guest.startedAt).toBeGreaterThan(world.node(guest.node).bootedAt);
    }
    for (const node of world.nodes) {
      const guests = world.guests.filter((guest) => guest.node === node.name);
      expect(sum(guests.map(({ memoryUsedBytes }) => memoryUsedBytes))).toBeLessThan(
        node.memoryUsedBytes,
      );
    }
    expect(world.proxmox.tasks.filter(({ exit }) => exit !== 'OK')).toEqual([]);
  });

  test.each([0, 2.1, 2.9, 3.5, 12])(
    "backs up every guest that runs, and says nothing of the future (%s o'clock)",
    (oclock) => {
      const then = Date.UTC(2026, 10, 22) + oclock * hour;
      const {
        guests,
        proxmox: { backupJobs, tasks },
      } = createWorld({ now: then });
      const covered = new Set(backupJobs.flatMap((job) => job.guests ?? []));
      expect(
        guests.filter(({ vmid, status }) => covered.has(vmid) !== (status === 'running')),
      ).toEqual([]);
      const backups = tasks.filter(({ type }) => type === 'vzdump');
      expect(then - Math.max(...backups.map(({ startedAt }) => startedAt))).toBeLessThan(
        day + hour,
      );
      expect(tasks.filter(({ endedAt }) => endedAt === null || endedAt > then)).toEqual([]);
    },
  );

  test('goes on backing up and replicating while time passes, on the nodes that are there', () => {
    const later = createWorld({ now });
    later.node('pve-mini5').offline = { since: now, symptom: 'refused' };
    const before = later.proxmox.tasks.length;
    later.advance(day);
    catchUp(later, later.proxmox);
    expect(later.proxmox.tasks.slice(before).map(({ type, node }) => `${type} ${node}`)).toEqual([
      'vzdump pve-mini1',
      'vzdump pve-mini3',
      'vzdump pve-big1',
    ]);
    for (const { lastSync, nextSync } of later.proxmox.replications)
      expect([now + day - lastSync < hour, nextSync > now + day]).toEqual([true, true]);
  });

  test('tells tasks apart by their UPID', () => {
    const upids = world.proxmox.tasks.map(({ upid }) => upid);
    expect(new Set(upids).size).toBe(upids.length);
    for (const upid of upids)
      expect(upid).toMatch(
        /^UPID:[a-z0-9-]+:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:[a-z]+:\d*:root@pam:$/,
      );
  });
});

describe('the clock', () => {
  test('stands still when frozen, moves when told, and follows the machine otherwise', () => {
    const frozen = createWorld({ now });
    expect(frozen.now()).toBe(now);
    frozen.advance(hour);
    expect(frozen.now()).toBe(now + hour);
    const live = createWorld();
    live.advance(day);
    expect(live.now()).toBeGreaterThanOrEqual(Date.now() + day - hour);
  });

  test('finds the last time of day and the last Sunday', () => {
    expect(lastTime(now, 2)).toBe(Date.UTC(2026, 10, 23, 2));
    expect(lastTime(now, 12)).toBe(Date.UTC(2026, 10, 22, 12));
    expect(lastTime(now, 2, 3)).toBe(Date.UTC(2026, 10, 20, 2));
    expect(lastSunday(now, 4)).toBe(Date.UTC(2026, 10, 22, 4));
  });
});

test('two worlds share nothing', () => {
  const other = createWorld({ now });
  other.guest('n8n').status = 'stopped';
  other.proxmox.tasks.pop();
  expect(world.guest('n8n').status).toBe('running');
  expect(world.proxmox.tasks.length).toBe(other.proxmox.tasks.length + 1);
});

test('the backups are the same, whoever is looked at first', () => {
  const [early, late] = [createWorld({ now }), createWorld({ now })];
  const { backupServer } = early;
  const text = (value: object): string =>
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  expect(late.proxmox.tasks.length).toBe(early.proxmox.tasks.length);
  expect(text(late)).toContain('"backupServer"');
  expect(text(late.backupServer)).toBe(text(backupServer));
  expect(late.backupServer).toBe(late.backupServer);
});
