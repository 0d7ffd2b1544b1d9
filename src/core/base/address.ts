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

/** Names that a machine has for itself, and those by which a container calls the machine it runs on. */
const ownNames = /(?:^|\.)localhost$|^host\.(?:docker|containers|lima)\.internal$/;

/** Networks that are another one on each machine: loopback, the unspecified address, the link-local ones, and the default bridge of Docker. */
const ownNetworks = new BlockList();
ownNetworks.addSubnet('127.0.0.0', 8, 'ipv4');
ownNetworks.addSubnet('0.0.0.0', 8, 'ipv4');
ownNetworks.addSubnet('169.254.0.0', 16, 'ipv4');
ownNetworks.addSubnet('172.17.0.0', 16, 'ipv4');
ownNetworks.addSubnet('fe80::', 10, 'ipv6');
ownNetworks.addSubnet('::', 127, 'ipv6');

/** Whether a host (without its port) means the machine of whoever uses it. Many machines are called so, so nothing is joined by it. */
export function isOwnMachine(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return ownNames.test(host);
  return ownNetworks.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
