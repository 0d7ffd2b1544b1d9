import { inNetwork } from '../../core/base/address.ts';
import type { Link, Thing } from '../../core/map.ts';
import { configuredAddresses, type Address } from './addresses.ts';
import { showGuest } from './calls.ts';
import { haWantsRunning } from './lifecycle.ts';
import { addressThing } from './address-thing.ts';
import type { ClusterPicture } from './cluster-picture.ts';
import { refOfGuest, refOfNode, refOfStorage } from './refs.ts';
import type { GuestConfig } from './schema/guest.ts';
import type { Guest, Storage } from './schema/resources.ts';

/** A guest, and the addresses that lead to it. */
export function guestThings(
  picture: ClusterPicture,
  guest: Guest,
  storages: ReadonlyMap<string, Storage>,
): Thing[] {
  const { vmid, type, name, node } = guest;
  const { instance, configs, observed } = picture;
  const ref = refOfGuest(instance, vmid);
  const config = configs.get(vmid);
  const idle = isMeantToBeOff(picture, guest, config);
  const id = `${type === 'lxc' ? 'ct' : 'vm'}/${vmid}`;
  const thing: Thing = {
    ref,
    title: name ?? id,
    state: stateOf(picture, guest),
    about: `${guestAbout(guest)}${guest.ha === undefined ? '' : `, HA ${guest.ha}`}`,
    more: showGuest(picture, vmid),
    links: [
      { to: refOfNode(instance, node), how: 'runs on' },
      ...storageLinks(instance, guest, config, storages),
    ],
    // What backup servers call it.
    aliases: [id, ...(config?.cards ?? []).flatMap(({ mac }) => mac ?? [])],
    ...(idle && { idle }),
  };
  // A clone that is switched off has the addresses of its original in its configuration: they lead to whichever runs.
  if (idle) return [thing];
  const addresses = observed?.get(vmid) ?? (config ? configuredAddresses(config).addresses : []);
  const own = ownAddresses(addresses);
  return [
    thing,
    ...own.flatMap(({ address }) => addressThing(address, ref) ?? []),
    ...addresses.filter((address) => !own.includes(address)).flatMap(floatingThing),
  ];
}

/** One that may be another's a moment later: somebody has it, and nothing stands on whom. */
function floatingThing({ address }: Address): Thing[] {
  const thing = addressThing(address, 'address/');
  return thing ? [{ ...thing, about: 'floating, or a second one of a guest', links: [] }] : [];
}

/** `LXC running on pve1`. */
export const guestAbout = ({ type, status, node }: Guest): string =>
  `${type === 'lxc' ? 'LXC' : 'VM'} ${status} on ${node}`;

/** States in which the process of a VM is there and the VM does nothing. */
const stuck: readonly string[] = [
  'io-error',
  'internal-error',
  'guest-panicked',
  'watchdog',
  'paused',
  'suspended',
  'shutdown',
];

function stateOf({ silentNodes }: ClusterPicture, { node, status }: Guest): Thing['state'] {
  if (silentNodes.has(node)) return 'unknown';
  if (status === 'running') return 'up';
  return status === 'stopped' || stuck.includes(status) ? 'down' : 'unknown';
}

/** A template, one that hibernates, and one that is stopped while nothing would start it. Whether it starts at boot is not known of a guest whose configuration was not read. */
function isMeantToBeOff(
  { ha }: ClusterPicture,
  guest: Guest,
  config: GuestConfig | undefined,
): true | undefined {
  if (guest.template || guest.lock === 'suspended') return true;
  if (guest.status !== 'stopped') return undefined;
  const isWanted = haWantsRunning({ ha }, guest) ?? config?.onboot;
  return isWanted === false || undefined;
}

/** A volume is `storage:name`; a path of the node or a device is on no storage. */
function storageLinks(
  instance: string,
  { node }: Guest,
  config: GuestConfig | undefined,
  storages: ReadonlyMap<string, Storage>,
): Link[] {
  const names = new Set(
    (config?.volumes ?? []).flatMap(({ volume }) => /^([^/:]+):/.exec(volume)?.[1] ?? []),
  );
  return [...names].flatMap((name): Link[] => {
    const storage = storages.get(`${node}/${name}`);
    return storage ? [{ to: refOfStorage(instance, storage), how: 'stored on' }] : [];
  });
}

/**
 * Those that stay with the guest. A second one in the same network may be floating, and somebody else's a moment later:
 * of IPv4 the first is the interface's own, of IPv6 nothing tells which.
 */
export const ownAddresses = (addresses: readonly Address[]): Address[] =>
  addresses.filter((own, i) => {
    const isV6 = own.address.includes(':');
    const others = addresses.filter(
      (other, at) => at !== i && other.interface === own.interface && other.source === own.source,
    );
    if (isV6) return !others.some(({ address }) => inNetwork(address, own.address, 64));
    return !addresses
      .slice(0, i)
      .some((other) => others.includes(other) && !other.address.includes(':'));
  });
