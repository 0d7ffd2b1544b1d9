import type { Base } from './base.ts';
import { createAddresses, undocumented } from './netbox-addresses.ts';
import type { DocumentedDevice, DocumentedMachine, NetboxWorld } from './netbox-types.ts';
import { day } from './clock.ts';

export { document } from './netbox-addresses.ts';
export type * from './netbox-types.ts';

const MB = 2 ** 20;

export function createNetbox(base: Base): NetboxWorld {
  return {
    version: '4.6.8',
    plugins: { netbox_topology_views: '4.5.0' },
    workers: 1,
    site: { name: 'Home lab', slug: 'home-lab' },
    cluster: 'homelab',
    vrfs: [{ id: 1, name: 'Lab sandbox', rd: '65000:50', unique: true }],
    ranges: [
      {
        id: 1,
        start: '10.0.50.100',
        end: '10.0.50.199',
        status: 'active',
        description: 'DHCP pool of the lab',
      },
    ],
    vlans: base.network.vlans.map(({ id: vid, name }, i) => ({
      id: i + 1,
      vid,
      name,
      status: 'active',
    })),
    prefixes: [
      { id: 1, prefix: '10.0.0.0/16', status: 'container', vlan: null, description: 'The house' },
      ...base.network.vlans.map(({ id: vlan, name, subnet }, i) => ({
        id: i + 2,
        prefix: subnet,
        status: 'active',
        vlan,
        description: `VLAN ${vlan} ${name}`,
      })),
    ],
    devices: createDevices(base),
    machines: createMachines(base),
    addresses: createAddresses(base),
    editedAt: base.now() - 9 * day,
  };
}

const createDevices = ({ nodes, network }: Base): DocumentedDevice[] =>
  [
    ...nodes.map(({ name, cpuModel, nodeId }) => ({
      name,
      role: 'hypervisor',
      manufacturer: cpuModel.startsWith('AMD') ? 'Supermicro' : 'Lenovo',
      model: cpuModel.startsWith('AMD') ? 'H11SSL-i' : 'ThinkCentre M70q',
      serial: `PF4X0${nodeId}`,
      mac: '',
    })),
    ...network.devices.map(({ name, role, model, mac }) => ({
      name,
      role,
      manufacturer: 'Generic',
      model,
      serial: '',
      mac,
    })),
    {
      name: null,
      role: 'patch-panel',
      manufacturer: 'Generic',
      model: '24-Port Patch Panel',
      serial: '',
      mac: '',
    },
  ].map((device, i) => ({ id: i + 1, status: 'active', tags: [], description: '', ...device }));

/** Two guests nobody wrote down, one that is long gone, one with its old memory. */
function createMachines({ guests }: Base): DocumentedMachine[] {
  const real = guests
    .filter(({ name, template }) => !template && !undocumented.has(name))
    .map((guest) => ({
      name: guest.name,
      role: guest.type === 'lxc' ? 'container' : 'virtual-machine',
      status: guest.onboot || guest.name === 'old-wiki' ? 'active' : 'offline',
      vcpus: guest.cores,
      memoryMB: guest.name === 'ollama' ? 32_768 : guest.memoryBytes / MB,
      diskMB: guest.diskBytes / MB,
      serial: '',
      device: guest.node,
      mac: guest.mac,
      tags: guest.tags,
      description: guest.description,
    }));
  const gone = {
    name: 'ci-runner0',
    role: 'container',
    status: 'active',
    vcpus: 2,
    memoryMB: 2_048,
    diskMB: 20_480,
    serial: '',
    device: 'pve-mini3',
    mac: '',
    tags: ['dev'],
    description: 'First runner',
  };
  return [...real, gone].map((machine, i) => ({ id: i + 1, ...machine }));
}
