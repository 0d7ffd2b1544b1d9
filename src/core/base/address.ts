import { BlockList, isIP } from 'node:net';

/** An IP address in the one spelling it is compared in (RFC 5952 for IPv6), or undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return version === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** Whether a text is an IPv6 address, without a port and without brackets. */
export const isIpv6 = (address: string): boolean => isIP(address) === 6;

/** Whether an address lies in the network that `network`/`prefix` describes. */
export function inNetwork(address: string, network: string, prefix: number): boolean {
  const [kind, other] = [address, network].map((ip) =>
    isIP(ip) === 6 ? ('ipv6' as const) : ('ipv4' as const),
  );
  if (!kind || kind !== other || isIP(address) === 0 || isIP(network) === 0) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, kind);
  return list.check(address, kind);
}
