import type { BackupJob } from '../../../demo/world/proxmox.ts';
import { integer } from './parameters.ts';
import { badParameters } from './problem.ts';
import { bit, seconds, type Call, type Route } from './route.ts';
import { Unordered } from './shuffle.ts';
import { taskRow } from './tasks.ts';

const version = ({ cluster: { world, knobs } }: Call) => {
  const { pveVersion } = world.node(knobs.node);
  return {
    version: pveVersion,
    release: pveVersion.split('.').slice(0, 2).join('.'),
    repoid: '14a22df35955d97d',
  };
};
const audited = ['/', 'Sys.Audit'] as const;

export const clusterRoutes: Route[] = [
  { method: 'GET', path: '/version', run: version },
  { method: 'GET', path: '/nodes/{node}/version', forwarded: true, run: version },
  {
    method: 'GET',
    path: '/access/permissions',
    parameters: { path: { type: 'string' }, userid: { type: 'string' } },
    run: permissions,
  },
  { method: 'POST', path: '/access/ticket', refusesTokens: true, run: () => undefined },
  { method: 'GET', path: '/cluster/status', needs: audited, run: status },
  { method: 'GET', path: '/cluster/tasks', run: tasks },
  { method: 'GET', path: '/cluster/backup', needs: audited, run: backupJobs },
  { method: 'GET', path: '/cluster/backup-info/not-backed-up', needs: audited, run: notBackedUp },
  { method: 'GET', path: '/cluster/ha/status/current', needs: audited, run: haStatus },
  { method: 'GET', path: '/storage', parameters: { type: { type: 'string' } }, run: storageList },
  {
    method: 'GET',
    path: '/cluster/nextid',
    parameters: { vmid: { ...integer, minimum: 100 } },
    run: nextId,
  },
];

function permissions({ access, values }: Call): unknown {
  const path = values.text('path');
  return path ? { [path]: Object.fromEntries(access.privileges(path)) } : access.all();
}

function status({ cluster: { world, knobs } }: Call): unknown {
  const { name, version: revision, quorate } = world.proxmox.cluster;
  return new Unordered([
    {
      type: 'cluster',
      id: 'cluster',
      name,
      version: revision,
      nodes: world.nodes.length,
      quorate: bit(quorate),
    },
    ...world.nodes.map((node) => ({
      type: 'node',
      id: `node/${node.name}`,
      name: node.name,
      nodeid: node.nodeId,
      ip: node.ip,
      local: bit(node.name === knobs.node),
      online: bit(!node.offline),
      level: '',
    })),
  ]);
}

/** What the nodes broadcast: 25 a node, running first. The filter compares the bare user with the token, so a token without audit sees nothing. */
function tasks({ access, cluster: { world } }: Call): unknown {
  if (!access.has('/', 'Sys.Audit')) return [];
  return world.nodes.flatMap(({ name }) => {
    const own = world.proxmox.tasks
      .filter(({ node }) => node === name)
      .sort((a, b) => b.startedAt - a.startedAt);
    const ordered = [
      ...own.filter(({ exit }) => exit === null),
      ...own.filter(({ exit }) => exit !== null),
    ];
    return ordered.slice(0, 25).map((task) => {
      const { pid, pstart: _, ...row } = taskRow(task);
      return task.exit === null ? { ...row, pid } : { ...row, saved: '1' };
    });
  });
}

function backupJobs({ cluster: { world } }: Call): unknown {
  const next = ({ nextRun, everyMs }: BackupJob) =>
    seconds(nextRun > world.now() ? nextRun : nextRun + everyMs);
  return new Unordered(
    world.proxmox.backupJobs.map((job) => ({
      id: job.id,
      schedule: job.schedule,
      storage: job.storage,
      mode: job.mode,
      comment: job.comment,
      'prune-backups': job.keep,
      'next-run': job.enabled ? next(job) : undefined,
      enabled: job.enabled ? undefined : 0,
      'notes-template': '{{guestname}}',
      ...(job.guests
        ? { vmid: job.guests.join(',') }
        : { all: 1, exclude: job.exclude.join(',') || undefined }),
    })),
  );
}

/** A disabled job still counts as covering its guests (pve-manager BackupInfo.pm). */
function notBackedUp({ access, cluster: { world } }: Call): unknown {
  const covered = (vmid: number) =>
    world.proxmox.backupJobs.some(({ guests, exclude }) =>
      guests ? guests.includes(vmid) : !exclude.includes(vmid),
    );
  const missing = world.guests.filter(
    ({ vmid }) => access.has(`/vms/${vmid}`, 'VM.Audit') && !covered(vmid),
  );
  return new Unordered(missing.map(({ vmid, name, type }) => ({ vmid, name, type })));
}

function haStatus({ cluster: { world, knobs } }: Call): unknown {
  const { haDead } = world.proxmox.cluster;
  const now = seconds(world.now());
  const date = new Date(world.now()).toUTCString();
  const managed = world.guests.flatMap((guest) =>
    guest.ha
      ? [{ ...guest, ha: guest.ha, sid: `${guest.type === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}` }]
      : [],
  );
  return [
    {
      type: 'quorum',
      id: 'quorum',
      node: knobs.node,
      status: world.proxmox.cluster.quorate ? 'OK' : 'No quorum on node!',
      quorate: bit(world.proxmox.cluster.quorate),
    },
    {
      type: 'master',
      id: 'master',
      node: knobs.node,
      status: `${knobs.node} (${haDead ? 'old timestamp - dead?' : 'active'}, ${date})`,
      timestamp: now,
    },
    {
      type: 'fencing',
      id: 'fencing',
      node: knobs.node,
      status: 'armed (CRM watchdog active)',
      'armed-state': 'armed',
    },
    ...world.nodes.map(({ name, offline }) => ({
      type: 'lrm',
      id: `lrm:${name}`,
      node: name,
      status: lrmStatus(name, offline !== null, haDead, date),
    })),
    ...managed.map(({ sid, node, ha }) => ({
      type: 'service',
      id: `service:${sid}`,
      sid,
      node,
      // Only what the configuration says until the manager has taken it on.
      state: ha.state ?? 'queued',
      ...(ha.state !== null && { crm_state: ha.state }),
      request_state: ha.requested,
      status: `${sid} (${node}, ${ha.state})`,
      max_restart: 1,
      max_relocate: 1,
      failback: 1,
    })),
  ];
}

function lrmStatus(name: string, isOffline: boolean, isDead: boolean, date: string): string {
  if (isDead) return `${name} (unable to read lrm status)`;
  return isOffline ? `${name} (old timestamp - dead?, ${date})` : `${name} (idle, ${date})`;
}

/** What storages are configured, without their secrets; those a token may not see are left out. */
function storageList({ access, cluster: { world } }: Call): unknown {
  const names = new Set(world.proxmox.storages.map(({ name }) => name));
  return new Unordered(
    [...names]
      .filter((name) =>
        access.has(`/storage/${name}`, 'Datastore.Audit', 'Datastore.AllocateSpace'),
      )
      .flatMap((name) => world.proxmox.storages.find((storage) => storage.name === name) ?? [])
      .map(({ name, type, content, shared }) => ({
        storage: name,
        type,
        content: content.join(','),
        shared: shared ? 1 : undefined,
        digest: 'd4a1e2c07bb0b1e8a3c6f5d2e9f8071625344352',
      })),
  );
}

function nextId({ values, cluster: { world } }: Call): string {
  const taken = new Set(world.guests.map(({ vmid }) => vmid));
  let id = values.number('vmid', 100);
  if (values.has('vmid') && taken.has(id)) throw badParameters({ vmid: `VM ${id} already exists` });
  while (taken.has(id)) id += 1;
  return String(id);
}
