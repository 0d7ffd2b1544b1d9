import type { Link, Ref, Thing } from '../../core/map.ts';
import { deviceRef, elsewhere, machineRef, ownerRef, serverRef } from './refs.ts';
import type { Address, Device, Machine } from './schema/index.ts';

/** What one NetBox was told of the homelab. */
export interface Known {
  instance: string;
  /** There are several, so a title and a call must say which. */
  several: boolean;
  addresses: readonly Address[];
  devices: readonly Device[];
  machines: readonly Machine[];
}

/** Statuses of devices and VMs that are not meant to run, or not yet, or no longer. */
const restingStatuses = new Set([
  'offline',
  'planned',
  'staged',
  'paused',
  'inventory',
  'decommissioning',
]);

/** NetBox itself, and what is written down in it: none of that is seen, so it has no state, and every link is documented. */
export function thingsOf(known: Known): Thing[] {
  const { instance, several } = known;
  const server: Thing = {
    ref: serverRef(instance),
    title: several ? `NetBox ${instance}` : 'NetBox',
    state: 'up',
    links: [],
  };
  const things = new Map<Ref, Thing>([[server.ref, server]]);
  const documented = [
    ...known.devices.map((row) => deviceThing('device', row, known)),
    ...known.machines.map((row) => deviceThing('VM', row, known)),
    ...known.addresses.flatMap((row) => [
      ...ownerThing(row, known),
      ...(isInUse(row) ? [...addressThing(row, known), ...nameThing(row)] : []),
    ]),
  ];
  for (const thing of documented) {
    const earlier = things.get(thing.ref);
    things.set(thing.ref, earlier ? joined(earlier, thing) : thing);
  }
  return [...things.values()];
}

/** An address of a VRF is one of another network as far as anybody can tell, and a deprecated one is on its way out. */
const isInUse = ({ vrfId, status }: Address): boolean =>
  vrfId === undefined && status !== 'deprecated';

/** An address may have several entries, and a name several addresses. */
const joined = (thing: Thing, { links }: Thing): Thing => ({
  ...thing,
  links: [...thing.links, ...links.filter(({ to }) => !thing.links.some((link) => link.to === to))],
});

const callOf = ({ several, instance }: Known): { instance?: string } =>
  several ? { instance } : {};

function deviceThing(kind: 'device' | 'VM', row: Device | Machine, known: Known): Thing {
  const { id, display, status, role, ip4, ip6 } = row;
  const host = 'device' in row ? row.device : undefined;
  return {
    ref: kind === 'VM' ? machineRef(known.instance, id) : deviceRef(known.instance, id),
    title: row.name ?? display,
    about: [
      `documented ${kind}`,
      status,
      role?.name,
      host !== undefined && `on ${host}`,
      ip4 ?? ip6,
    ]
      .filter(Boolean)
      .join(', '),
    more: {
      tool: 'netbox_list_devices',
      arguments: { name: row.name ?? display, ...callOf(known) },
    },
    links: [],
    ...(row.cluster !== undefined && { within: row.cluster }),
    ...(restingStatuses.has(status ?? '') && { idle: true }),
  };
}

/** The owner of an address, of which no more than its name may have been read. */
function ownerThing(address: Address, known: Known): Thing[] {
  const { owner } = address;
  const ref = ownerRef(known.instance, address);
  if (ref === undefined || owner === undefined) return [];
  return [
    {
      ref,
      title: owner,
      more: { tool: 'netbox_list_devices', arguments: { name: owner, ...callOf(known) } },
      links: [],
    },
  ];
}

function addressThing(row: Address, known: Known): Thing[] {
  const ref = elsewhere(row.address);
  if (ref === undefined) return [];
  const { ownerKind, status, role } = row;
  const owner = ownerRef(known.instance, row);
  const address = row.address.replace(/\/\d+$/, '');
  return [
    {
      ref,
      title: address,
      about: ['documented', ownerKind, status, role].filter(Boolean).join(', '),
      more: { tool: 'netbox_list_ips', arguments: { address, ...callOf(known) } },
      links: owner === undefined ? [] : [documentedLink(owner, 'belongs to')],
    },
  ];
}

function nameThing({ dnsName = '', address }: Address): Thing[] {
  const [ref, to] = [elsewhere(dnsName), elsewhere(address)];
  if (to === undefined || !ref?.startsWith('name/')) return [];
  return [
    {
      ref,
      title: ref.slice('name/'.length),
      about: 'documented DNS name',
      links: [documentedLink(to, 'resolves to')],
    },
  ];
}

const documentedLink = (to: Ref, how: 'belongs to' | 'resolves to'): Link => ({
  to,
  how,
  documented: true,
});
