import type { Guest } from '../../../demo/world/guests.ts';
import { addresses } from './addresses.ts';
import { config, pending } from './config.ts';
import { countersOf, hostMemory, isRunning, uptimeOf } from './figures.ts';
import { boolean, oneOf, string, type Parameters } from './parameters.ts';
import { died } from './problem.ts';
import { bit, seconds, type Call, type Route } from './route.ts';
import { rrd } from './rrd.ts';
import { Unordered } from './shuffle.ts';

const audit = ['/vms/{vmid}', 'VM.Audit'] as const;
const timeframe: Parameters = {
  timeframe: { ...oneOf('hour', 'day', 'week', 'month', 'year'), required: true },
  cf: oneOf('AVERAGE', 'MAX'),
};

/** The reads of both kinds of guest. */
export const guestRoutes: Route[] = (['qemu', 'lxc'] as const).flatMap((type): Route[] => {
  const guestPath = `/nodes/{node}/${type}/{vmid}`;
  const read = { method: 'GET', needs: audit, forwarded: true } as const;
  return [
    {
      method: 'GET',
      path: `/nodes/{node}/${type}`,
      parameters: type === 'qemu' ? { full: boolean } : {},
      forwarded: true,
      run: (call) => list(call, type),
    },
    {
      ...read,
      path: `${guestPath}/status/current`,
      watches: true,
      run: (call) => current(call, guestOf(call, type)),
    },
    {
      ...read,
      path: `${guestPath}/config`,
      parameters: { current: boolean, snapshot: string },
      run: (call) => config(guestOf(call, type)),
    },
    { ...read, path: `${guestPath}/pending`, run: (call) => pending(guestOf(call, type)) },
    { ...read, path: `${guestPath}/snapshot`, run: (call) => snapshots(guestOf(call, type)) },
    {
      ...read,
      path: `${guestPath}/rrddata`,
      parameters: timeframe,
      forwarded: false,
      run: (call) => rrd(call, guestOf(call, type)),
    },
    type === 'lxc'
      ? {
          ...read,
          path: `${guestPath}/interfaces`,
          run: (call) => addresses(call, guestOf(call, type)),
        }
      : {
          ...read,
          path: `${guestPath}/agent/network-get-interfaces`,
          needs: ['/vms/{vmid}', 'VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'],
          run: (call) => addresses(call, guestOf(call, type)),
        },
  ];
});

/** A guest lives on one node and is of one kind; everywhere else its configuration file is missing. */
export function guestOf(
  { path: { vmid, node }, cluster: { world } }: Call,
  type: Guest['type'],
): Guest {
  const guest = world.guests.find(
    (other) => other.vmid === Number(vmid) && other.node === node && other.type === type,
  );
  if (!guest)
    throw died(
      `Configuration file 'nodes/${node}/${type === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf' does not exist`,
    );
  return guest;
}

/** Rows of containers name their type, rows of VMs do not. */
function list(
  { values, access, path: { node }, cluster: { world } }: Call,
  type: Guest['type'],
): unknown {
  const own = world.guests.filter(
    (guest) =>
      guest.node === node && guest.type === type && access.has(`/vms/${guest.vmid}`, 'VM.Audit'),
  );
  return new Unordered(
    own.map((guest) => {
      const { ha: _, qmpstatus, ...row } = status(world, guest);
      return values.flag('full') ? { ...row, qmpstatus } : row;
    }),
  );
}

function current({ cluster: { world } }: Call, guest: Guest): unknown {
  const { type, agent, cpuUsage } = guest;
  if (type === 'lxc')
    return { ...status(world, guest), ...pressure(cpuUsage, (value) => value.toFixed(2)) };
  const live = isRunning(guest)
    ? { ...pressure(cpuUsage, Number), pressurecpufull: 0, ...machine(guest) }
    : {};
  return { ...status(world, guest), ...live, agent: agent === 'off' ? undefined : 1 };
}

function status(world: Call['cluster']['world'], guest: Guest) {
  const {
    vmid,
    name,
    type,
    cores,
    cpuUsage,
    memoryBytes,
    memoryUsedBytes,
    diskBytes,
    diskUsedBytes,
    tags,
    lock,
    ha,
    template,
  } = guest;
  const live = isRunning(guest);
  const { diskread, diskwrite, ...traffic } = countersOf(world, guest);
  const shared = {
    vmid,
    name,
    status: live ? 'running' : 'stopped',
    uptime: uptimeOf(world, guest),
    cpus: cores,
    cpu: cpuUsage,
    mem: memoryUsedBytes,
    maxmem: memoryBytes,
    maxdisk: diskBytes,
    ...traffic,
    pid: live ? 1000 + (vmid % 30_000) : undefined,
    tags: tags.length > 0 ? tags.join(';') : undefined,
    lock: lock ?? undefined,
    template: template ? 1 : undefined,
    ha: ha ? { managed: 1, state: ha.state } : { managed: 0 },
    qmpstatus: type === 'qemu' ? guest.status : undefined,
  };
  if (type === 'lxc')
    return {
      ...shared,
      type,
      disk: live ? diskUsedBytes : 0,
      swap: 0,
      maxswap: 512 * 2 ** 20,
      diskread,
      diskwrite,
    };
  return {
    ...shared,
    disk: 0,
    memhost: hostMemory(guest),
    ...(live ? { diskread, diskwrite } : {}),
  };
}

/** Pressure stall numbers: VMs have them as numbers, containers as strings and without `pressurecpufull`. */
const pressure = (cpu: number, write: (value: number) => number | string) => ({
  pressurecpusome: write(cpu),
  pressureiosome: write(0),
  pressureiofull: write(0),
  pressurememorysome: write(0),
  pressurememoryfull: write(0),
});

const machine = ({ memoryBytes, memoryUsedBytes }: Guest) => ({
  'running-machine': 'pc-q35-10.1+pve0',
  'running-qemu': '10.1.2',
  balloon: memoryBytes,
  freemem: memoryBytes - memoryUsedBytes,
  'proxmox-support': { 'pbs-dirty-bitmap': true },
});

/** The last row is where the guest stands now, without a time. */
function snapshots({ snapshots: taken, type, status: state, vmid }: Guest): unknown {
  const rows = taken.map(({ name, description, at }, position) => ({
    name,
    description,
    snaptime: seconds(at),
    vmstate: type === 'qemu' ? 0 : undefined,
    parent: taken[position - 1]?.name,
  }));
  return new Unordered([
    ...rows,
    {
      name: 'current',
      description: 'You are here!',
      digest: String(vmid).padStart(40, '0'),
      running: bit(state === 'running'),
      parent: taken.at(-1)?.name,
    },
  ]);
}
