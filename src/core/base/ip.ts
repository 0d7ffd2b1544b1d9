import { isIP } from 'node:net';

/** An address as a number, in the version it means: an IPv4 address written as IPv6 (`::ffff:10.0.0.9`) is an IPv4 address. */
export interface IpNumber {
  version: 4 | 6;
  value: bigint;
}

/** From the first to the last address of a network or a range, both included. */
export interface IpRange {
  version: 4 | 6;
  first: bigint;
  last: bigint;
}

const mapped = 0xffffn;
const bitsOf = { 4: 32, 6: 128 } as const;

/** An address in any whole spelling; undefined for what is none. `127.1` is read as loopback, other short forms are not: whether `10.0.20` means an address or a network cannot be known. */
export function parseIp(text: string): IpNumber | undefined {
  const spelled = text
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^127(?:\.\d{1,3}){1,2}$/, expandLoopback);
  if (isIP(spelled) === 4) return { version: 4, value: ipv4Value(spelled) };
  if (isIP(spelled) !== 6 || spelled.includes('%')) return undefined;
  const value = ipv6Value(spelled);
  return value >> 32n === mapped
    ? { version: 4, value: value & 0xffff_ffffn }
    : { version: 6, value };
}

/** `10.0.20.0/24`, `10.0.20.0/255.255.255.0`, `fd00::/64`, `10.0.20.1-10.0.20.20`, `10.0.20.1-20`, or one address. What is wrong with it as words, where it is none of them. */
export function parseIpRange(text: string): IpRange | string {
  if (text.includes('/')) return networkOf(text);
  const [from = '', to, ...rest] = text.split('-').map((part) => part.trim());
  const first = parseIp(from);
  if (!first || rest.length > 0) return 'is not an address, a network or a range';
  if (to === undefined) return { version: first.version, first: first.value, last: first.value };
  const last = parseIp(/^\d{1,3}$/.test(to) ? from.replace(/\d+$/, to) : to);
  if (last?.version !== first.version) return 'is not a range of addresses';
  if (last.value < first.value) return 'ends before it begins';
  return { version: first.version, first: first.value, last: last.value };
}

/** Whether an address lies in a range of its version. */
export const isInRange = ({ version, value }: IpNumber, range: IpRange): boolean =>
  version === range.version && range.first <= value && value <= range.last;

/** The spellings of an address that a pattern with `*` may be meant for: without and with its zeros. */
export function ipSpellings({ version, value }: IpNumber): string[] {
  if (version === 4)
    return [[24n, 16n, 8n, 0n].map((bits) => String((value >> bits) & 255n)).join('.')];
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & mapped).toString(16),
  );
  return [
    new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1),
    groups.join(':'),
    groups.map((group) => group.padStart(4, '0')).join(':'),
  ];
}

function networkOf(text: string): IpRange | string {
  const [network = '', length = '', ...rest] = text.split('/');
  const address = parseIp(network);
  if (!address || rest.length > 0) return 'is not a network';
  const bits = bitsOf[address.version];
  // A network of addresses that are IPv4 in IPv6 spelling counts its prefix in the longer form.
  const offset = address.version === 4 && network.includes(':') ? 96 : 0;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) - offset : prefixOfMask(length, bits);
  if (prefix === undefined || prefix < 0 || prefix > bits)
    return `is not a network: /${length} is no length of one`;
  const hosts = (1n << BigInt(bits - prefix)) - 1n;
  const first = address.value & ~hosts;
  return { version: address.version, first, last: first | hosts };
}

/** `255.255.255.0` is 24; undefined for what is no mask. */
function prefixOfMask(text: string, bits: number): number | undefined {
  const mask = bits === 32 ? parseIp(text) : undefined;
  if (mask?.version !== 4) return undefined;
  const ones = mask.value.toString(2).padStart(32, '0');
  return /^1*0*$/.test(ones) ? ones.replaceAll('0', '').length : undefined;
}

function expandLoopback(text: string): string {
  const [head = '', ...rest] = text.split('.');
  const last = rest.pop() ?? '';
  return [head, ...rest, ...Array<string>(2 - rest.length).fill('0'), last].join('.');
}

const ipv4Value = (address: string): bigint =>
  address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);

function ipv6Value(address: string): bigint {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  let value = 0n;
  for (const group of [...before, ...zeros, ...after])
    value = (value << 16n) | BigInt(`0x${group}`);
  return value;
}
