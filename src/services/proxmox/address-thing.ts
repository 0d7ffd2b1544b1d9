import { isOwnMachine } from '../../core/base/address.ts';
import { placeOf, type Ref, type Thing } from '../../core/map.ts';
import { isLocalAddress } from './addresses.ts';

/** An address that belongs to a node or a guest; undefined for one that leads nowhere from elsewhere. */
export function addressThing(address: string, owner: Ref): Thing | undefined {
  const isShared = isLocalAddress(address) || isOwnMachine(address);
  const ref = isShared ? undefined : placeOf(address);
  if (!ref?.startsWith('address/')) return undefined;
  return { ref, title: address, links: [{ to: owner, how: 'belongs to' }] };
}
