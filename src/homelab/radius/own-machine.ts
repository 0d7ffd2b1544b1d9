import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../../core/base/address.ts';
import type { Ref } from '../../core/map.ts';
import type { HomelabMap } from '../map/map.ts';

/** How the network knows the machine that Lares runs on. */
export interface OwnMachine {
  /** Upper case, with colons. */
  macs: readonly string[];
  addresses: readonly string[];
}

/** Bridges and tunnels that have the same addresses on many machines. */
const shared = /^(?:docker|br-|veth|virbr|lxc|lxd|podman|cni|flannel|cali|tun|tap)/;

export function ownMachine(): OwnMachine {
  const own = Object.entries(networkInterfaces())
    .filter(([name]) => !shared.test(name))
    .flatMap(([, addresses = []]) => addresses)
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return {
    macs: own.map(({ mac }) => mac.toUpperCase()),
    addresses: own.flatMap(({ address }) => canonicalAddress(address) ?? []),
  };
}

/** Whether one of these things is the machine that Lares runs on: it has its address, or a network card of that MAC. */
export function hasLares(
  refs: readonly Ref[],
  map: HomelabMap,
  { macs, addresses }: OwnMachine,
): boolean {
  const places = new Set<Ref>(addresses.map((address): Ref => `address/${address}`));
  return refs.some(
    (ref) => places.has(ref) || map.things.get(ref)?.aliases?.some((alias) => macs.includes(alias)),
  );
}
