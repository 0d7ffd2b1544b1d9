import { isIP } from 'node:net';
import { canonicalAddress } from '../../core/base/address.ts';

/** The bits of an address as one number; undefined for what is no address. */
function numberOf(address: string): bigint | undefined {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return undefined;
  if (isIP(canonical) === 4)
    return canonical.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = canonical.split('::');
  const groups = (part = ''): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail);
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce(
    (sum, group) => sum * 65_536n + BigInt(`0x${group}`),
    0n,
  );
}

/** Whether an address lies in a range, both ends included; addresses of the other family never do. */
export function isBetween(address: string, start: string, end: string): boolean {
  const [value, first, last] = [address, start, end].map(numberOf);
  if (value === undefined || first === undefined || last === undefined) return false;
  return isIP(address) === isIP(start) && first <= value && value <= last;
}

/** Whether both are the same address, however they are written. */
export const isSameAddress = (a: string, b: string): boolean => {
  const canonical = canonicalAddress(a);
  return canonical !== undefined && canonical === canonicalAddress(b);
};
