import { isOwnMachine } from '../../core/base/address.ts';
import { idOf, placeOf, type Ref } from '../../core/map.ts';
import type { Address } from './schema/index.ts';

/** What NetBox's things are called in the map. Devices and VMs count apart. */
export const serverRef = (instance: string): Ref => `instance/netbox/${instance}`;
export const deviceRef = (instance: string, id: number): Ref => `device/${instance}/${id}`;
export const machineRef = (instance: string, id: number): Ref => `device/${instance}/vm/${id}`;

/** Whose interface an address stands on; a shared address, or one of a plugin's things, is no device's. */
export function ownerRef(
  instance: string,
  { ownerKind, ownerId }: Pick<Address, 'ownerKind' | 'ownerId'>,
): Ref | undefined {
  if (ownerId === undefined) return undefined;
  return ownerKind === 'vm' ? machineRef(instance, ownerId) : deviceRef(instance, ownerId);
}

/** What an address or a DNS name is in the map; undefined for what is another machine for each that says it. */
export function elsewhere(host: string): Ref | undefined {
  const place = placeOf(host);
  return place === undefined || isOwnMachine(idOf(place)) ? undefined : place;
}
