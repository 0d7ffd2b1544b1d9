import type { Base } from './base.ts';
import { day } from './clock.ts';

/** What NetBox was told about the house: a copy that people keep by hand, so it mostly agrees with reality. */
export interface NetboxWorld {
  version: string;
  plugins: Record<string, string>;
  /** Processes that run background jobs (webhooks, scripts, housekeeping). */
  workers: number;
  site: { name: string; slug: string };
  cluster: string;
  /** `rd` is null for one that only has a name, and two may share that; `unique`: no address may stand in it twice. */
  vrfs: { id: number; name: string; rd: string | null; unique: boolean }[];
  vlans: { id: number; vid: number; name: string; status: string }[];
  prefixes: {
    id: number;
    prefix: string;
    status: string;
    vlan: number | null;
    description: string;
  }[];
  /** Addresses that something else gives out, such as a DHCP pool; both ends belong to it. */
  ranges: { id: number; start: string; end: string; status: string; description: string }[];
  devices: DocumentedDevice[];
  machines: DocumentedMachine[];
  addresses: DocumentedAddress[];
  /** When everything was last edited, ms. */
  editedAt: number;
}
/** `name` is null for what nobody named. */
export interface DocumentedDevice {
  id: number;
  name: string | null;
  role: string;
  manufacturer: string;
  model: string;
  serial: string;
  status: string;
  mac: string;
  tags: string[];
  description: string;
}
/** Sizes as NetBox stores them: megabytes. */
export interface DocumentedMachine {
  id: number;
  name: string;
  role: string;
  status: string;
  vcpus: number;
  memoryMB: number;
  diskMB: number;
  serial: string;
  device: string;
  mac: string;
  tags: string[];
  description: string;
}
/** `owner` names a device, a machine or the pair that shares a floating address. */
export interface DocumentedAddress {
  id: number;
  address: string;
  status: string;
  role: string | null;
  /** Id of the VRF; null: the global table. */
  vrf: number | null;
  dnsName: string;
  owner: { kind: 'device' | 'vm' | 'group'; name: string } | null;
  primary: boolean;
  description: string;
  tags: string[];
}

const undocumented = new Set(['scratch', 'restore-test']);
const MB = 2 ** 20;

/** Adds an address with the next free id. */
export function document(
  addresses: DocumentedAddress[],
  address: Partial<DocumentedAddress> & Pick<DocumentedAddress, 'address'>,
): DocumentedAddress {
  const id = Math.max(0, ...addresses.map((address) => address.id)) + 1;
  const whole = {
    id,
    status: 'active',
    role: null,
    vrf: null,
    dnsName: '',
    owner: null,
    primary: false,
    description: '',
    tags: [],
    ...address,
  };
  addresses.push(whole);
  return whole;
}

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

/** `miniflux` still has the address it was moved from. The floating addresses stand twice or with a group, as people do it. */
function createAddresses({ nodes, network, guests, fqdn }: Base): DocumentedAddress[] {
  const addresses: DocumentedAddress[] = [];
  for (const { name, ip } of [...nodes, ...network.devices])
    document(addresses, {
      address: `${ip}/24`,
      dnsName: fqdn(name),
      owner: { kind: 'device', name },
      primary: true,
    });
  for (const { name, ip, template, tags } of guests) {
    if (!ip || template || undocumented.has(name)) continue;
    document(addresses, {
      address: `${name === 'miniflux' ? '10.0.30.165' : ip}/24`,
      dnsName: fqdn(name),
      owner: { kind: 'vm', name },
      primary: true,
      tags,
    });
  }
  document(addresses, {
    address: '10.0.50.9/24',
    dnsName: fqdn('ci-runner0'),
    owner: { kind: 'vm', name: 'ci-runner0' },
    primary: true,
  });
  for (const name of ['caddy1', 'caddy2'])
    document(addresses, {
      address: `${network.vips.web}/24`,
      role: 'vip',
      dnsName: fqdn('web'),
      owner: { kind: 'vm', name },
    });
  document(addresses, {
    address: `${network.vips.dns}/24`,
    role: 'vrrp',
    dnsName: fqdn('dns'),
    owner: { kind: 'group', name: 'dns' },
  });
  for (const { gateway, name } of network.vlans.slice(1))
    document(addresses, {
      address: `${gateway}/24`,
      dnsName: fqdn(`gw-${name}`),
      owner: { kind: 'device', name: 'gw1' },
    });
  document(addresses, {
    address: '10.0.10.11/24',
    vrf: 1,
    description: 'Same number as pve-mini1, but in the sandbox',
  });
  document(addresses, {
    address: '10.0.30.200/24',
    status: 'reserved',
    description: 'Kept for the second NAS',
  });
  return addresses;
}
