import type { Guest } from '../../../demo/world/guests.ts';
import type { Node } from '../../../demo/world/nodes.ts';
import type { Storage } from '../../../demo/world/proxmox.ts';
import { countersOf, hostMemory, lastKnown, nodeUptime, uptimeOf } from './figures.ts';
import { oneOf } from './parameters.ts';
import { bit, isForgotten, type Call, type Route } from './route.ts';
import { Unordered } from './shuffle.ts';

export const resources: Route = {
  method: 'GET',
  path: '/cluster/resources',
  parameters: { type: oneOf('vm', 'storage', 'node', 'sdn') },
  watches: true,
  run(call) {
    const type = call.values.text('type');
    const includes = (kind: string) => type === '' || type === kind;
    return new Unordered([
      ...(type === '' ? poolRows(call) : []),
      ...(includes('vm') ? guestRows(call) : []),
      ...(includes('node') ? nodeRows(call) : []),
      ...(includes('storage') ? storageRows(call) : []),
      ...(includes('sdn') ? networkRows(call) : []),
    ]);
  },
};

const guestRows = (call: Call): unknown[] =>
  call.cluster.world.guests
    .filter(({ vmid }) => call.access.has(`/vms/${vmid}`, 'VM.Audit'))
    .map((guest) => guestRow(call, guest));

function guestRow({ access, cluster: { world } }: Call, guest: Guest): object {
  const { vmid, type, node, pool, tags, lock, ha } = guest;
  // The cluster file system knows these even when the node does not answer.
  const configured = {
    id: `${type}/${vmid}`,
    type,
    vmid,
    node,
    pool: pool && access.has(`/pool/${pool}`, 'Pool.Audit') ? pool : undefined,
    tags: tags.length > 0 ? tags.join(';') : undefined,
    lock: lock ?? undefined,
    hastate: ha?.state ?? undefined,
  };
  const known = lastKnown(world, guest);
  if (!known) return { ...configured, status: 'unknown' };
  return {
    ...configured,
    status: known.status,
    name: known.name,
    template: bit(known.template),
    uptime: uptimeOf(world, known),
    maxcpu: known.cores,
    cpu: known.cpuUsage,
    maxmem: known.memoryBytes,
    mem: known.memoryUsedBytes,
    memhost: hostMemory(known),
    maxdisk: known.diskBytes,
    disk: type === 'qemu' ? 0 : known.diskUsedBytes,
    ...countersOf(world, known),
  };
}

/** A row of /cluster/resources or, without HA and cgroup, of /nodes. An offline node first loses what changes, then everything. */
export function nodeRow({ access, cluster: { world } }: Call, node: Node): object {
  const { name, offline } = node;
  const identity = {
    id: `node/${name}`,
    node: name,
    type: 'node',
    status: offline ? 'offline' : 'online',
  };
  if (isForgotten(node, world.now())) return identity;
  if (!access.has(`/nodes/${name}`, 'Sys.Audit')) return { ...identity, level: '' };
  const sizes = {
    level: '',
    maxcpu: node.threads,
    maxmem: node.memoryBytes,
    maxdisk: node.rootBytes,
  };
  if (offline) return { ...identity, ...sizes };
  return {
    ...identity,
    ...sizes,
    uptime: nodeUptime(world, node),
    cpu: node.cpuUsage,
    mem: node.memoryUsedBytes,
    disk: node.rootUsedBytes,
  };
}

const nodeRows = (call: Call): unknown[] =>
  call.cluster.world.nodes.map((node) => ({
    ...nodeRow(call, node),
    hastate: node.offline ? 'unknown' : 'online',
    ...(node.offline ? {} : { 'cgroup-mode': 2, 'host-arch': 'x86_64' }),
  }));

function storageRows({ access, cluster: { world } }: Call): unknown[] {
  const visible = world.proxmox.storages.filter(({ name }) =>
    access.has(`/storage/${name}`, 'Datastore.Audit'),
  );
  return visible.flatMap((storage) =>
    storage.nodes.map((node) => storageRow(storage, world.node(node), world.now())),
  );
}

function storageRow(
  { name, type, shared, content, active, totalBytes, usedBytes }: Storage,
  node: Node,
  now: number,
): object {
  const row = {
    id: `storage/${node.name}/${name}`,
    type: 'storage',
    storage: name,
    node: node.name,
    plugintype: type,
    shared: bit(shared),
    content: content.join(','),
  };
  if (!active || isForgotten(node, now)) return { ...row, status: 'unknown' };
  return { ...row, status: 'available', maxdisk: totalBytes, disk: usedBytes };
}

/** PVE 9 lists networks here, under a type of their own. */
const networkRows = ({ access, cluster: { world } }: Call): unknown[] =>
  access.has('/sdn/zones/localnetwork', 'SDN.Audit')
    ? world.nodes
        .filter(({ offline }) => !offline)
        .map(({ name }) => ({
          id: `network/${name}/zone/localnetwork`,
          type: 'network',
          'network-type': 'zone',
          network: 'localnetwork',
          node: name,
          status: 'ok',
        }))
    : [];

function poolRows({ access, cluster: { world } }: Call): unknown[] {
  const pools = new Set(world.guests.flatMap(({ pool }) => pool ?? []));
  return [...pools]
    .filter((pool) => access.has(`/pool/${pool}`, 'Pool.Audit'))
    .map((pool) => {
      const members = world.guests.filter(
        (guest) => guest.pool === pool && lastKnown(world, guest),
      );
      const total = (pick: (guest: Guest) => number) =>
        members.reduce((sum, guest) => sum + pick(guest), 0);
      const maxcpu = total(({ cores }) => cores);
      return {
        id: `/pool/${pool}`,
        type: 'pool',
        pool,
        maxcpu,
        cpu: maxcpu ? total(({ cpuUsage, cores }) => cpuUsage * cores) / maxcpu : 0,
        maxmem: total(({ memoryBytes }) => memoryBytes),
        mem: total(({ memoryUsedBytes }) => memoryUsedBytes),
        uptime: Math.max(0, ...members.map((guest) => uptimeOf(world, guest))),
      };
    });
}
