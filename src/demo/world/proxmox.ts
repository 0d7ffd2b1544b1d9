import type { Base } from './base.ts';
import { day, hour, lastSunday, lastTime, minute } from './clock.ts';
import type { Node } from './nodes.ts';
import { backup, createTasks, members } from './proxmox-tasks.ts';
import type {
  BackupJob,
  Disk,
  NodeCertificate,
  ProxmoxWorld,
  Replication,
  Storage,
  Update,
  ZfsPool,
} from './proxmox-types.ts';

export type { BackupJob, ProxmoxWorld, Storage } from './proxmox-types.ts';

const TiB = 2 ** 40;

export function createProxmox(base: Base): ProxmoxWorld {
  return {
    cluster: { name: 'homelab', version: 7, quorate: true, haDead: false },
    storages: createStorages(base.nodes),
    backupJobs: createBackupJobs(base),
    tasks: createTasks(base),
    disks: base.nodes.flatMap(disksOf),
    pools: base.nodes.map(poolOf),
    certificates: base.nodes.flatMap((node) => certificatesOf(base, node)),
    updates: base.nodes.flatMap(updatesOf),
    replications: [replication(base, 30041, 'pve-mini3'), replication(base, 10020, 'pve-mini1')],
  };
}

const isBig = ({ name }: Node) => name === 'pve-big1';
const poolBytes = (node: Node) => (isBig(node) ? 7 * TiB : 2 * TiB);
const poolUsedBytes = (node: Node) => Math.round(poolBytes(node) * 0.38);

function createStorages(nodes: Node[]): Storage[] {
  const everywhere = nodes.map(({ name }) => name);
  return [
    ...nodes.flatMap((node): Storage[] => [
      {
        name: 'local',
        type: 'dir',
        content: ['iso', 'vztmpl'],
        shared: false,
        nodes: [node.name],
        active: true,
        totalBytes: node.rootBytes,
        usedBytes: node.rootUsedBytes,
      },
      {
        name: 'local-zfs',
        type: 'zfspool',
        content: ['images', 'rootdir'],
        shared: false,
        nodes: [node.name],
        active: true,
        totalBytes: poolBytes(node),
        usedBytes: poolUsedBytes(node),
      },
    ]),
    {
      name: 'nas-vms',
      type: 'nfs',
      content: ['images', 'rootdir'],
      shared: true,
      nodes: everywhere,
      active: true,
      totalBytes: 8 * TiB,
      usedBytes: 3 * TiB,
    },
    {
      name: 'pbs-main',
      type: 'pbs',
      content: ['backup'],
      shared: true,
      nodes: everywhere,
      active: true,
      totalBytes: 12 * TiB,
      usedBytes: 5 * TiB,
    },
  ];
}

function createBackupJobs(base: Base): BackupJob[] {
  const over = base.now() - hour;
  const job = { storage: 'pbs-main', mode: 'snapshot' as const, enabled: true };
  return [
    {
      ...job,
      id: 'backup-daily',
      schedule: '02:00',
      comment: 'Everything that matters',
      nextRun: lastTime(over, 2) + day,
      everyMs: day,
      guests: members(base, 'daily'),
      exclude: [],
      keep: { 'keep-daily': 7, 'keep-weekly': 4 },
    },
    {
      ...job,
      id: 'backup-weekly',
      schedule: 'sun 04:00',
      comment: 'Dev boxes',
      nextRun: lastSunday(over, 4) + 7 * day,
      everyMs: 7 * day,
      guests: members(base, 'weekly'),
      exclude: [],
      keep: { 'keep-weekly': 4 },
    },
  ];
}

/** Lets the jobs whose time was an hour ago or more have run, successfully, as they would have. */
export function catchUp(base: Base, { backupJobs, replications, tasks }: ProxmoxWorld): void {
  const now = base.now();
  for (const job of backupJobs.filter(({ enabled }) => enabled)) {
    const vmids = job.guests ?? base.guests.map(({ vmid }) => vmid);
    for (; job.nextRun + hour <= now; job.nextRun += job.everyMs)
      backup(
        base,
        tasks,
        vmids.filter((vmid) => !job.exclude.includes(vmid)),
        job.nextRun,
      );
  }
  for (const job of replications.filter(({ failCount, disabled }) => failCount === 0 && !disabled))
    for (; job.nextSync <= now; job.nextSync += 15 * minute)
      job.lastSync = job.lastTry = job.nextSync;
}

const disksOf = (node: Node): Disk[] =>
  [1, 2].map((number) => ({
    node: node.name,
    path: `/dev/nvme${number - 1}n1`,
    kind: 'nvme',
    sizeBytes: isBig(node) ? 3.84e12 : 2e12,
    model: isBig(node) ? 'Samsung PM9A3' : 'WD Red SN700',
    serial: `S${node.nodeId}${number}0AE7`,
    health: 'PASSED',
    lifeLeft: 97 - node.nodeId - number,
    used: 'ZFS',
  }));

const poolOf = (node: Node): ZfsPool => ({
  node: node.name,
  name: 'rpool',
  sizeBytes: poolBytes(node),
  usedBytes: poolUsedBytes(node),
  health: 'ONLINE',
  fragmentation: 11,
});

function certificatesOf(base: Base, { name, ip }: Node): NodeCertificate[] {
  const issuer = '/CN=Proxmox Virtual Environment/OU=homelab/O=PVE Cluster Manager CA';
  const now = base.now();
  return [
    {
      node: name,
      file: 'pve-root-ca.pem',
      subject: issuer,
      issuer,
      notBefore: now - 400 * day,
      notAfter: now + 3250 * day,
      san: [],
    },
    {
      node: name,
      file: 'pve-ssl.pem',
      subject: `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${base.fqdn(name)}`,
      issuer,
      notBefore: now - 200 * day,
      notAfter: now + 530 * day,
      san: ['127.0.0.1', 'localhost', ip, name, base.fqdn(name)],
    },
  ];
}

const updatesOf = ({ name: node }: Node): Update[] => [
  {
    node,
    name: 'pve-docs',
    title: 'Proxmox VE Documentation',
    version: '9.1.4',
    oldVersion: '9.1.3',
    origin: 'Proxmox',
    section: 'doc',
  },
  {
    node,
    name: 'tzdata',
    title: 'time zone and daylight-saving time data',
    version: '2026c-0+deb13u1',
    oldVersion: '2026b-0+deb13u1',
    origin: 'Debian',
    section: 'localization',
  },
];

const replication = ({ now }: Base, guest: number, target: string): Replication => ({
  disabled: false,
  guest,
  target,
  schedule: '*/15',
  lastSync: now() - 7 * minute,
  lastTry: now() - 7 * minute,
  nextSync: now() + 8 * minute,
  failCount: 0,
  error: null,
  durationSeconds: 4.2,
});
