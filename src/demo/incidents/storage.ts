import { day, hour, minute } from '../world/clock.ts';
import type { Incident } from './incident.ts';

export const storageIncidents = {
  'storage-full': {
    title: 'The shared storage nas-vms is 97 % full',
    expect: 'proxmox.storage-full/nas-vms',
    apply(world) {
      for (const storage of world.proxmox.storages)
        if (storage.name === 'nas-vms') storage.usedBytes = Math.round(storage.totalBytes * 0.97);
    },
  },
  'storage-unreachable': {
    title: 'The NFS server behind nas-vms does not answer',
    expect: 'proxmox.storage-unavailable/nas-vms',
    apply(world) {
      for (const storage of world.proxmox.storages)
        if (storage.name === 'nas-vms') storage.active = false;
    },
  },
  'disk-failing': {
    title: 'SMART reports a failing disk in pve-big1',
    expect: 'proxmox.disk-failing/pve-big1',
    apply(world) {
      const disk = world.proxmox.disks.find(({ node }) => node === 'pve-big1');
      if (disk) Object.assign(disk, { health: 'FAILED', lifeLeft: 3 });
    },
  },
  'pool-degraded': {
    title: 'The ZFS pool of pve-mini5 has lost a disk',
    expect: 'proxmox.zfs-degraded/pve-mini5',
    apply(world) {
      for (const pool of world.proxmox.pools)
        if (pool.node === 'pve-mini5') pool.health = 'DEGRADED';
    },
  },
  'replication-switched-off': {
    title: 'The replication of postgres2 failed, and was switched off on purpose: nothing is wrong',
    apply(world) {
      const job = world.proxmox.replications.find(({ guest }) => guest === 30041);
      if (job)
        Object.assign(job, {
          disabled: true,
          failCount: 3,
          lastSync: world.now() - 10 * day,
          error: 'no route to host',
        });
    },
  },
  'replication-failing': {
    title: 'The replication of postgres2 has failed since the small hours',
    expect: 'proxmox.replication-failed/30041',
    apply(world) {
      const job = world.proxmox.replications.find(({ guest }) => guest === 30041);
      if (job)
        Object.assign(job, {
          failCount: 12,
          lastSync: world.now() - 6 * hour,
          lastTry: world.now() - 9 * minute,
          error: 'no route to host',
        });
    },
  },
} satisfies Record<string, Incident>;
