import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { configuredAddresses, observedAddresses } from './addresses.ts';
import {
  ClusterStatus,
  HaStatus,
  masterProblem,
  NotBackedUp,
  Permissions,
} from './schema/cluster.ts';
import { data } from './schema/envelope.ts';
import { GuestConfig, GuestStatus, properties, Snapshots } from './schema/guest.ts';
import { AgentInterfaces, ContainerInterfaces, type Interface } from './schema/interfaces.ts';
import { Disk, NodeStatus } from './schema/node.ts';
import { Resources } from './schema/resources.ts';
import { nodeOf, Task, TaskExit } from './schema/task.ts';
import * as zod from 'zod';

const recorded = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;
const [old, live, interfaces8, agent6] = [
  recorded('recorded-7.4'),
  recorded('live-9.2.11'),
  recorded('interfaces-8.0'),
  recorded('agent-6.2'),
];
const read = <T>(schema: z.ZodType<T>, from: Record<string, unknown>, key: string): T =>
  schema.parse(from[key]);

test('each recording names its version and where it is from', () => {
  for (const { source } of [old, live, interfaces8, agent6])
    expect(source).toMatch(/^Proxmox VE \d/);
});

describe('the cluster in one answer', () => {
  test('7.4', () => {
    const { nodes, guests, storages } = read(Resources, old, 'GET /cluster/resources');
    expect([nodes.length, guests.length, storages.length]).toEqual([4, 4, 12]);
    expect(guests[2]).toMatchObject({
      vmid: 102,
      name: 'machine-test',
      tags: ['go-proxmox+cloud-init'],
      template: false,
      lock: undefined,
    });
    expect(
      storages.find(({ storage, node }) => storage === 'local' && node === 'node3'),
    ).toMatchObject({ available: true, shared: false, content: ['backup', 'iso', 'vztmpl'] });
  });

  test('9.2: a lock, a template, and a guest nobody knows anything of', () => {
    const { guests } = read(Resources, live, 'GET /cluster/resources?type=vm');
    expect(guests.find(({ vmid }) => vmid === 102)).toMatchObject({
      lock: 'backup',
      status: 'stopped',
    });
    expect(guests.find(({ vmid }) => vmid === 103)).toMatchObject({ template: true });
    expect(guests.find(({ vmid }) => vmid === 200)).toMatchObject({
      status: 'unknown',
      name: undefined,
      cores: undefined,
      memoryBytes: undefined,
    });
  });

  test('without privileges: nodes without numbers are not nodes at zero', () => {
    const { nodes, guests } = read(Resources, live, 'GET /cluster/resources, without privileges');
    expect(guests).toEqual([]);
    expect(
      nodes.map(({ node, status, cpuShare, memoryTotalBytes }) => [
        node,
        status,
        cpuShare,
        memoryTotalBytes,
      ]),
    ).toEqual([
      ['pve1', 'online', undefined, undefined],
      ['pve2', 'offline', undefined, undefined],
      ['pve3', 'online', undefined, undefined],
    ]);
  });
});

describe('answers of the wire', () => {
  test('quorum, HA, backups, permissions', () => {
    expect(read(data(ClusterStatus), live, 'GET /cluster/status')).toEqual({
      quorum: { name: 'homelab', quorate: true },
      nodes: [
        { node: 'pve1', address: '127.0.0.1' },
        { node: 'pve2', address: '127.0.0.2' },
        { node: 'pve3', address: '127.0.0.3' },
      ],
    });
    const status = read(data(ClusterStatus), old, 'GET /cluster/status');
    expect(status.quorum).toEqual({ name: 'clustername', quorate: true });
    expect(status.nodes).toContainEqual({ node: 'node2', address: '192.168.1.2' });
    const ha = read(data(HaStatus), live, 'GET /cluster/ha/status/current');
    expect(ha.services).toEqual([
      { sid: 'vm:105', state: 'started', requested: 'started', node: 'pve1' },
    ]);
    expect(masterProblem(ha)).toBe('master pve1: old timestamp - dead?');
    expect(ha.agents).toContainEqual({ node: 'pve2', problem: 'unable to read lrm status' });
    expect(read(data(NotBackedUp), live, 'GET /cluster/backup-info/not-backed-up')).toHaveLength(7);
    expect(read(data(Permissions), live, 'GET /access/permissions')['/vms/102']).toEqual({
      'VM.PowerMgmt': 1,
      'VM.Audit': 1,
    });
  });

  test('tasks: running ones have no exit, the user of a token stands in two fields', () => {
    const tasks = read(data(zod.array(Task)), live, 'GET /cluster/tasks');
    expect(tasks.map(({ type, user, exit }) => [type, user, exit])).toEqual([
      ['vzdump', 'root@pam', 'OK'],
      ['qmstart', 'mcp@pve!ro', 'OK'],
      ['vzdump', 'root@pam', undefined],
    ]);
    expect(nodeOf('UPID:pve1:0000666F:000269D7:6B038560:qmstop:102:mcp@pve!power:')).toBe('pve1');
    expect(TaskExit.parse({ status: 'running' })).toBeUndefined();
    expect(TaskExit.parse({ status: 'stopped' })).toBe('unexpected status');
  });

  test('a VM: its state from QEMU, its configuration by word', () => {
    expect(
      read(data(GuestStatus), old, 'GET /nodes/{node}/qemu/{vmid}/status/current'),
    ).toMatchObject({
      state: 'running',
      pid: 1563102,
      uptimeSeconds: 170815,
      cores: 8,
      ha: undefined,
    });
    expect(read(data(GuestStatus), live, 'GET /nodes/pve1/qemu/105/status/current')).toMatchObject({
      state: 'stopped',
      ha: 'started',
    });
    expect(read(data(GuestConfig), live, 'GET /nodes/pve1/qemu/100/config')).toMatchObject({
      onboot: true,
      agent: true,
      tags: ['prod', 'web'],
      cloudInit: true,
      volumes: [{ id: 'scsi0', volume: 'local-lvm:vm-100-disk-0', size: '32G' }],
      cards: [
        {
          id: 'net0',
          mac: 'BC:24:11:2E:C5:4A',
          bridge: 'vmbr0',
          vlan: 20,
          static: ['192.168.20.10/24'],
          dynamic: false,
        },
      ],
    });
    expect(read(data(Snapshots), live, 'GET /nodes/pve1/qemu/100/snapshot')).toEqual([
      { name: 'snap1', takenAt: 1720000100000 },
    ]);
  });

  test('a container', () => {
    expect(read(data(GuestConfig), live, 'GET /nodes/pve1/lxc/101/config')).toMatchObject({
      agent: false,
      cards: [
        { id: 'net0', name: 'eth0', static: ['192.168.1.53/24'], dynamic: false },
        { id: 'net1', static: [], dynamic: true },
      ],
      volumes: [{ id: 'rootfs', size: '8G' }],
    });
    expect(
      read(data(GuestConfig), old, 'GET /nodes/{node}/lxc/{vmid}/config').volumes.map(
        ({ id, volume }) => [id, volume],
      ),
    ).toEqual([
      ['mp0', '/mnt/foo/bar'],
      ['rootfs', 'vmstore:subvol-101-disk-0'],
    ]);
  });

  test('a node of 7.4 and one of 9.2', () => {
    expect(read(data(NodeStatus), old, 'GET /nodes/{node}/status')).toMatchObject({
      version: '7.4-16',
      kernel: '5.15.108-1-pve',
      load: [0, 0, 0],
      cores: 4,
      threads: 8,
    });
    expect(read(data(NodeStatus), live, 'GET /nodes/pve1/status')).toMatchObject({
      version: '9.2.11',
      kernel: '6.18.44-fc-v669',
      threads: 2,
    });
  });

  test.each([
    [['1', 1, 'enabled=1,fstrim_cloned_disks=1', '1,type=virtio', 'type=virtio,enabled=1'], true],
    [
      ['0', 0, undefined, 'enabled=0', 'fstrim_cloned_disks=1', 'enabled=0,fstrim_cloned_disks=1'],
      false,
    ],
  ])('agent %j', (spellings, enabled) => {
    for (const agent of spellings)
      expect(GuestConfig.parse({ agent }).agent, String(agent)).toBe(enabled);
  });

  test('life left that is not reported is not zero', () => {
    expect(Disk.parse({ devpath: '/dev/sda', wearout: 'N/A' })).toMatchObject({
      lifeLeftPercent: undefined,
      health: 'UNKNOWN',
    });
    expect(Disk.parse({ devpath: '/dev/sdb', wearout: 0, health: 'PASSED' })).toMatchObject({
      lifeLeftPercent: 0,
    });
  });
});

describe('addresses', () => {
  const at = (name: string, mac: string, ...addresses: string[]): Interface => ({
    name,
    mac,
    addresses: addresses.map((address) => ({ address, prefix: 24 })),
  });

  test('as 8.0 tells them, without loopback and link-local', () => {
    expect(
      observedAddresses(
        read(data(ContainerInterfaces), interfaces8, 'GET /nodes/{node}/lxc/{vmid}/interfaces') ??
          [],
        'lxc interfaces',
        'BC:24:11:89:67:07',
      ),
    ).toEqual({
      addresses: [{ address: '192.168.3.95', interface: 'eth0', source: 'lxc interfaces' }],
      overlay: [],
    });
    expect(ContainerInterfaces.parse(null)).toBeUndefined();
  });

  test('as an agent tells them, without Docker; an error inside a 200 is a refusal', () => {
    const told = read(data(AgentInterfaces), agent6, 'answers');
    expect(
      'interfaces' in told &&
        observedAddresses(told.interfaces, 'guest agent', undefined).addresses.map(
          ({ address }) => address,
        ),
    ).toEqual(['10.1.2.3', 'fd8c:4687:e88d:1be3:5b70:7b88:c79c:293']);
    expect(read(data(AgentInterfaces), agent6, 'refuses')).toEqual({
      refused: 'this feature or command is not currently supported',
    });
  });

  test('all of a family since April 2025, not only the last', () => {
    expect(
      ContainerInterfaces.parse([
        {
          name: 'eth0',
          hwaddr: 'bc:24:11:00:00:01',
          inet: '10.0.0.2/24',
          'ip-addresses': [
            { 'ip-address': '10.0.0.1', 'ip-address-type': 'inet', prefix: 24 },
            { 'ip-address': '10.0.0.2', 'ip-address-type': 'inet', prefix: 24 },
          ],
        },
      ])?.[0]?.addresses.map(({ address }) => address),
    ).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('the card of net0 first, IPv4 before IPv6, VPNs apart, bridges inside the guest left out', () => {
    const found = observedAddresses(
      [
        at('br-0123456789ab', '02:42:00:00:00:01', '172.18.0.1'),
        at('eth1', 'bc:24:11:00:00:02', '10.9.0.2'),
        at('tailscale0', '', '100.64.0.7', 'fd7a:115c:a1e0::7'),
        at('cni0', '0a:58:00:00:00:01', '10.42.0.1'),
        at(
          'eth0',
          'bc:24:11:00:00:01',
          'fe80::1',
          'fd00::5',
          '169.254.7.7',
          '10.0.0.5',
          '127.0.0.1',
        ),
        at('wg0', '', '10.8.0.1'),
      ],
      'guest agent',
      'BC:24:11:00:00:01',
    );
    expect(found.addresses.map(({ address }) => address)).toEqual([
      '10.0.0.5',
      'fd00::5',
      '10.9.0.2',
    ]);
    expect(found.overlay.map(({ address }) => address)).toEqual([
      '100.64.0.7',
      'fd7a:115c:a1e0::7',
      '10.8.0.1',
    ]);
  });

  test('as configured: fixed ones only', () => {
    const vm = GuestConfig.parse({
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
      net1: 'virtio=BC:24:11:00:00:02,bridge=vmbr1',
      ipconfig0: 'ip=dhcp,ip6=2001:db8::5/64',
      ipconfig1: '',
    });
    expect(configuredAddresses(vm).addresses).toEqual([
      { address: '2001:db8::5', interface: 'net0', source: 'cloud-init config' },
    ]);
    expect(vm.cards.map(({ dynamic }) => dynamic)).toEqual([true, true]);
  });

  test('property lists', () => {
    expect([...properties('local:100/vm.qcow2,size=32G,ssd=1')]).toEqual([
      ['', 'local:100/vm.qcow2'],
      ['size', '32G'],
      ['ssd', '1'],
    ]);
  });
});
