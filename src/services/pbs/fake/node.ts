import { text } from './parameters.ts';
import { failed } from './problem.ts';
import type { Call, Route } from './route.ts';

export const nodeRoutes: Route[] = [
  { path: '/ping', open: true, run: () => ({ pong: true }) },
  { path: '/version', run: version },
  { path: '/access/permissions', parameters: { 'auth-id': text, path: text }, run: permissions },
  { path: '/nodes', needs: ['/', 'root@pam'], run: () => [] },
  { path: '/nodes/{node}/status', needs: ['/system/status', 'Sys.Audit'], run: status },
];

function version({ knobs }: Call): unknown {
  const [major, minor, release] = knobs.version.split('.');
  return { version: `${major}.${minor}`, release, repoid: '3f6ea5f2d5e8a1c0b7d94e6f' };
}

function permissions({ access, values }: Call): unknown {
  const [id, path] = [values.text('auth-id'), values.text('path')];
  if (id !== undefined && id !== access.token.id)
    throw failed(`not allowed to list permissions of ${id}`);
  return path === undefined
    ? access.all()
    : { [path]: Object.fromEntries(access.privileges(path).map((privilege) => [privilege, true])) };
}

/** Load as numbers and the file system as `root`, unlike Proxmox VE. */
function status({ world, knobs }: Call): unknown {
  const guest = world.guest('pbs');
  const used = guest.memoryUsedBytes;
  return {
    cpu: guest.cpuUsage,
    wait: 0.004,
    loadavg: [0.31, 0.28, 0.22],
    uptime: Math.floor((world.now() - (guest.startedAt ?? world.now())) / 1000),
    memory: { total: guest.memoryBytes, used, free: guest.memoryBytes - used },
    swap: { total: 0, used: 0, free: 0 },
    root: {
      total: guest.diskBytes,
      used: guest.diskUsedBytes,
      avail: guest.diskBytes - guest.diskUsedBytes,
    },
    cpuinfo: { model: world.node(guest.node).cpuModel, sockets: 1, cpus: guest.cores },
    kversion: 'Linux 6.17.9-1-pve #1 SMP PREEMPT_DYNAMIC',
    'current-kernel': {
      sysname: 'Linux',
      release: '6.17.9-1-pve',
      version: '#1 SMP PREEMPT_DYNAMIC',
      machine: 'x86_64',
    },
    'boot-info': { mode: 'efi', secureboot: false },
    info: { fingerprint: knobs.fingerprint.toLowerCase() },
  };
}
