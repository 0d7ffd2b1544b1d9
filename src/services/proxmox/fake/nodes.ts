import { certificates, fingerprint } from './certificates.ts';
import { nodeUptime } from './figures.ts';
import { disks, pools, storages } from './node-storage.ts';
import { boolean, integer, oneOf, string } from './parameters.ts';
import { replications } from './replications.ts';
import { nodeRow } from './resources.ts';
import { answeringNode, type Call, type Route } from './route.ts';
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

function status(call: Call): unknown {
  const node = answeringNode(call);
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

function updates(call: Call): unknown {
  const own = call.cluster.world.proxmox.updates.filter(
    ({ node }) => node === answeringNode(call).name,
  );
  return new Unordered(
    own.map((update) => ({
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
