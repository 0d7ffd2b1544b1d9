import { domainToUnicode } from 'node:url';
import { ipSpellings, isInRange, parseIp, parseIpRange } from '../base/ip.ts';

/** What the values of a kind of label are, and so how a pattern and a label are compared. */
export type LabelForm = 'text' | 'number' | 'dns' | 'ip';

/** The value of a label, without its kind. */
type Matcher = (value: string) => boolean;

/** How the pattern of a rule is compared with a label of its kind; a text is what is wrong with a pattern that could never match one. */
export function matcherFor(form: LabelForm, pattern: string): Matcher | string {
  return { text: textMatcher, number: numberMatcher, dns: dnsMatcher, ip: ipMatcher }[form](
    pattern,
  );
}

const numericRange = /^(\d+)\s*-\s*(\d+)$/;

/** Names and tags: upper and lower case are the same, and a range covers the labels that are numbers. */
function textMatcher(pattern: string): Matcher | string {
  const range = rangeOf(pattern);
  if (typeof range === 'string') return range;
  const globs = [globPattern(pattern), globPattern(composed(pattern))];
  return (value) =>
    range?.(value) === true || globs.some((glob) => glob.test(value) || glob.test(composed(value)));
}

function numberMatcher(pattern: string): Matcher | string {
  const range = rangeOf(pattern);
  if (range) return range;
  if (!/^[\d*]+$/.test(pattern))
    return 'is not a number, a range of numbers or a pattern of digits';
  const glob = globPattern(pattern.replace(/^0+(?=\d)/, ''));
  return (value) => glob.test(value);
}

/** Undefined for what is no range; a text for one that holds nothing. */
function rangeOf(pattern: string): Matcher | string | undefined {
  const [, from, to] = numericRange.exec(pattern) ?? [];
  if (from === undefined || to === undefined) return undefined;
  if (BigInt(from) > BigInt(to)) return 'ends before it begins';
  return (value) =>
    /^\d+$/.test(value) && BigInt(from) <= BigInt(value) && BigInt(value) <= BigInt(to);
}

/** A name is the same with and without the dot at its end, in either case, and in the letters of its language or in the ones that travel (`xn--`). */
function dnsMatcher(pattern: string): Matcher | string {
  if (parseIp(pattern)) return 'is an address, not a name';
  const name = canonicalName(pattern);
  const parts = name.split('.');
  if (/[\s/:@,;\\]/.test(name) || parts.some((part) => part === '' || part.length > 63))
    return 'is not a name that could be looked up';
  const glob = globPattern(name);
  return (value) => glob.test(canonicalName(value));
}

function canonicalName(name: string): string {
  return name
    .replace(/\.$/, '')
    .split('.')
    .map((part) => {
      const lower = composed(part).toLowerCase();
      return (!lower.includes('*') && domainToUnicode(lower)) || lower;
    })
    .join('.');
}

/** Addresses are compared as numbers, so their spelling does not matter. */
function ipMatcher(pattern: string): Matcher | string {
  if (pattern.includes('*')) return ipGlob(pattern.toLowerCase());
  const range = parseIpRange(pattern);
  if (typeof range === 'string') return range;
  return (value) => {
    const address = parseIp(value);
    return address !== undefined && isInRange(address, range);
  };
}

/** A `*` stands for any part of an address: `10.0.20.*`, `fd00:*`. */
function ipGlob(pattern: string): Matcher | string {
  if (!couldBeAddress(pattern)) return 'matches no address';
  const glob = globPattern(pattern);
  return (value) => {
    const address = parseIp(value);
    return address !== undefined && ipSpellings(address).some((spelling) => glob.test(spelling));
  };
}

function couldBeAddress(pattern: string): boolean {
  if (pattern.includes(':')) {
    const groups = pattern.split(':');
    return /^[0-9a-f:*]+$/.test(pattern) && groups.length <= 8 && !/[0-9a-f]{5}/.test(pattern);
  }
  if (/^[0-9a-f]+\*$/.test(pattern) && !/^\d+\*$/.test(pattern)) return pattern.length <= 5;
  const octets = pattern.split('.');
  return (
    octets.length <= 4 &&
    octets.every((octet) => {
      const glob = globPattern(octet);
      return Array.from({ length: 256 }, (_, number) => String(number)).some((number) =>
        glob.test(number),
      );
    })
  );
}

/** The same letters, whichever way their accents were typed. */
const composed = (text: string): string => text.normalize('NFC');

/** `*` stands for anything; upper and lower case are the same, as in host names. */
export const globPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'is',
  );
