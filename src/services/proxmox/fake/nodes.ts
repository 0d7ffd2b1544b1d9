import { createHash } from 'node:crypto';
import type { Node } from '../../../demo/world/nodes.ts';
import { nodeUptime } from './figures.ts';
import { boolean, integer, oneOf, string } from './parameters.ts';
import { died } from './problem.ts';
import { nodeRow } from './resources.ts';
import { bit, seconds, type Call, type Route } from './route.ts';
import { Unordered } from './shuffle.ts';

const auditsNode = ['/nodes/{node}', 'Sys.Audit'] as const;

export const nodeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/nodes',
    run: (call) =>
      new Unordered(
        call.cluster.world.nodes.map((node) => ({
          ...nodeRow(call, node),
          ssl_fingerprint: fingerprint(call, node.name, 'pve-ssl.pem'),
        })),
      ),
  },
  { method: 'GET', path: '/nodes/{node}/status', needs: auditsNode, forwarded: true, run: status },
  {
    method: 'GET',
    path: '/nodes/{node}/subscription',
    forwarded: true,
    run: () => ({
      status: 'notfound',
      message: 'There is no subscription key',
      serverid: null,
      url: 'https://www.proxmox.com/en/proxmox-virtual-environment/pricing',
    }),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage',
    parameters: {
      content: string,
      enabled: boolean,
      format: boolean,
      storage: string,
      target: string,
    },
    forwarded: true,
    run: storages,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/disks/list',
    needs: auditsNode,
    parameters: {
      skipsmart: boolean,
      'include-partitions': boolean,
      type: oneOf('unused', 'journal_disks'),
    },
    forwarded: true,
    run: disks,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/disks/zfs',
    needs: ['/', 'Sys.Audit'],
    forwarded: true,
    run: pools,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/apt/update',
    needs: ['/nodes/{node}', 'Sys.Modify'],
    forwarded: true,
    run: updates,
  },
  { method: 'GET', path: '/nodes/{node}/certificates/info', forwarded: true, run: certificates },
  {
    method: 'GET',
    path: '/nodes/{node}/replication',
    parameters: { guest: integer },
    forwarded: true,
    run: replications,
  },
];

const here = ({ path: { node = '' }, cluster: { world, knobs } }: Call): Node =>
  world.node(node === 'localhost' ? knobs.node : node);

function status(call: Call): unknown {
  const node = here(call);
  const { memoryBytes, memoryUsedBytes, swapBytes, swapUsedBytes, rootBytes, rootUsedBytes } = node;
  const release = {
    sysname: 'Linux',
    release: node.kernel,
    version: '#1 SMP PREEMPT_DYNAMIC PMX 6.17.9-1 (2026-07-14T09:12Z)',
    machine: 'x86_64',
  };
  const free = memoryBytes - memoryUsedBytes;
  // Five percent of the root file system is reserved, so `avail` is less than `free`.
  const rootFree = rootBytes - rootUsedBytes;
  return {
    uptime: nodeUptime(call.cluster.world, node),
    idle: 0,
    cpu: node.cpuUsage,
    wait: node.ioWait,
    loadavg: node.load.map((load) => load.toFixed(2)),
    kversion: `${release.sysname} ${release.release} ${release.version}`,
    'current-kernel': release,
    'boot-info': { mode: 'efi', secureboot: 0 },
    cpuinfo: {
      model: node.cpuModel,
      vendor: node.cpuModel.startsWith('AMD') ? 'AuthenticAMD' : 'GenuineIntel',
      family: '6',
      sockets: 1,
      cores: node.cores,
      cpus: node.threads,
      mhz: '2400.000',
      hvm: '1',
      user_hz: 100,
      flags: 'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat',
    },
    memory: {
      total: memoryBytes,
      used: memoryUsedBytes,
      free: Math.round(free * 0.7),
      available: free,
    },
    swap: { total: swapBytes, used: swapUsedBytes, free: swapBytes - swapUsedBytes },
    ksm: { shared: 0 },
    rootfs: {
      total: rootBytes,
      used: rootUsedBytes,
      free: rootFree,
      avail: Math.max(0, rootFree - Math.round(rootBytes * 0.05)),
    },
    pveversion: `pve-manager/${node.pveVersion}/14a22df35955d97d`,
  };
}

/** An unreachable storage is listed with zeros. */
function storages(call: Call): unknown {
  const {
    values,
    access,
    cluster: { world },
  } = call;
  const { name: node } = here(call);
  const seen = world.proxmox.storages.filter(
    ({ nodes, name, content }) =>
      nodes.includes(node) &&
      access.has(`/storage/${name}`, 'Datastore.Audit', 'Datastore.AllocateSpace') &&
      (!values.has('storage') || name === values.text('storage')) &&
      (!values.has('content') || content.includes(values.text('content'))),
  );
  return new Unordered(
    seen.map(({ name, type, content, shared, active, totalBytes: total, usedBytes: used }) => ({
      storage: name,
      type,
      content: content.join(','),
      shared: bit(shared),
      enabled: 1,
      active: bit(active),
      ...(active
        ? { total, used, avail: total - used, used_fraction: used / total }
        : { total: 0, used: 0, avail: 0 }),
    })),
  );
}

/** `wearout` is percent of life left, or `N/A`. */
function disks(call: Call): unknown {
  const {
    values,
    cluster: { world },
  } = call;
  if (values.has('type')) return [];
  const mine = world.proxmox.disks.filter(({ node }) => node === here(call).name);
  return new Unordered(
    mine.map(({ path, kind, sizeBytes, model, serial, health, lifeLeft, used }) => ({
      devpath: path,
      type: kind,
      size: sizeBytes,
      model,
      serial,
      vendor: 'unknown',
      used,
      gpt: 1,
      mounted: 0,
      osdid: -1,
      'osdid-list': null,
      rpm: kind === 'hdd' ? 7200 : 0,
      ...(values.flag('skipsmart')
        ? { health: 'UNKNOWN', wearout: 'N/A' }
        : { health, wearout: lifeLeft ?? 'N/A' }),
    })),
  );
}

function pools(call: Call): unknown {
  const mine = call.cluster.world.proxmox.pools.filter(({ node }) => node === here(call).name);
  return new Unordered(
    mine.map(({ name, sizeBytes: size, usedBytes: alloc, health, fragmentation }) => ({
      name,
      size,
      alloc,
      free: size - alloc,
      frag: fragmentation,
      dedup: 1,
      health,
    })),
  );
}

function updates(call: Call): unknown {
  const mine = call.cluster.world.proxmox.updates.filter(({ node }) => node === here(call).name);
  return new Unordered(
    mine.map((update) => ({
      Package: update.name,
      Title: update.title,
      Version: update.version,
      OldVersion: update.oldVersion,
      Origin: update.origin,
      Section: update.section,
      Priority: 'optional',
      Arch: 'all',
      Description: update.title,
    })),
  );
}

/** The served certificate is the loopback server's own, the others have made-up fingerprints. */
function fingerprint({ cluster: { knobs } }: Call, node: string, file: string): string {
  if (node === knobs.node && file === 'pve-ssl.pem') return knobs.fingerprint;
  const digest = createHash('sha256')
    .update(file === 'pve-root-ca.pem' ? file : node)
    .digest('hex')
    .toUpperCase();
  return digest.replace(/(..)(?=.)/g, '$1:');
}

function certificates(call: Call): unknown {
  const mine = call.cluster.world.proxmox.certificates.filter(
    ({ node }) => node === here(call).name,
  );
  return mine.map(({ node, file, subject, issuer, notBefore, notAfter, san }) => ({
    filename: file,
    fingerprint: fingerprint(call, node, file),
    subject,
    issuer,
    notbefore: seconds(notBefore),
    notafter: seconds(notAfter),
    san,
    'public-key-type': 'rsaEncryption',
    'public-key-bits': file === 'pve-root-ca.pem' ? 4096 : 2048,
  }));
}

/** Every node answers for its own guests, under a cluster lock. */
function replications(call: Call): unknown {
  const {
    values,
    access,
    cluster: { world },
  } = call;
  if (!world.proxmox.cluster.quorate)
    throw died(`cfs-lock 'file-replication_cfg' error: no quorum!`);
  const source = here(call).name;
  const mine = world.proxmox.replications.filter(
    ({ guest }) =>
      world.guest(guest).node === source &&
      access.has(`/vms/${guest}`, 'VM.Audit') &&
      (!values.has('guest') || guest === values.number('guest')),
  );
  return new Unordered(
    mine.map((job) => ({
      id: `${job.guest}-0`,
      type: 'local',
      guest: job.guest,
      jobnum: 0,
      vmtype: world.guest(job.guest).type,
      source,
      target: job.target,
      schedule: job.schedule,
      last_sync: seconds(job.lastSync),
      last_try: seconds(job.lastTry),
      next_sync: seconds(job.nextSync),
      fail_count: job.failCount,
      error: job.error ?? undefined,
      duration: job.durationSeconds,
    })),
  );
}
