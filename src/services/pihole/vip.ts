import { canonicalAddress, inNetwork } from '../../core/base/address.ts';

/** `blind`: it sees no interface in the VIP's network (a container on a bridge), so its word counts for nothing. */
export type Hold = 'holds' | 'free' | 'blind';

/** Whether a machine with these addresses holds the VIP. keepalived is outside Pi-hole: its addresses are the only sign (seen live, before and after a failover). */
export function holdOf(
  vip: string,
  addresses: readonly { address: string; prefix: number | undefined }[],
): Hold {
  const canonicalVip = canonicalAddress(vip);
  if (addresses.some(({ address }) => canonicalAddress(address) === canonicalVip)) return 'holds';
  return addresses.some(
    ({ address, prefix }) => prefix !== undefined && inNetwork(vip, address, prefix),
  )
    ? 'free'
    : 'blind';
}
