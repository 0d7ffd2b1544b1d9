import * as z from 'zod';
import { canonicalAddress } from '../../core/base/address.ts';
import { bareName } from './records.ts';

/** RFC 1123 labels plus the underscore. Pi-hole checks names in hosts only, not in CNAMEs, so they are checked here. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const isName = (text: string): boolean =>
  text.length <= 253 && text.split('.').every((part) => label.test(part));

const problem = (text: string): string => {
  if (text.includes('*')) return 'wildcards cannot be local records in Pi-hole';
  if (/[^\x20-\x7e]/.test(text)) return 'write it in ASCII (punycode, xn--…)';
  return 'is not a DNS name: letters, digits, - and _ in labels of at most 63, separated by dots';
};

/** A name that a local record can have, in lower case and without the last dot. */
export const Domain = z
  .string()
  .transform(bareName)
  .superRefine((text, context) => {
    if (!isName(text)) context.addIssue({ code: 'custom', message: problem(text) });
    else if (canonicalAddress(text) !== undefined)
      context.addIssue({ code: 'custom', message: 'is an address; a name is needed' });
  });

/** A name, or an address whose names are looked for. */
export const NameOrAddress = z
  .string()
  .transform((text) => canonicalAddress(text) ?? bareName(text))
  .superRefine((text, context) => {
    if (!isName(text) && canonicalAddress(text) === undefined)
      context.addIssue({ code: 'custom', message: problem(text) });
  });

/** An IPv4 or IPv6 address, in canonical spelling. */
export const Address = z.string().transform((text, context) => {
  const address = canonicalAddress(text.trim());
  if (address === undefined)
    context.addIssue({ code: 'custom', message: 'is not an IPv4 or IPv6 address' });
  return address ?? z.NEVER;
});

/** RFC 2181 section 8: 31 bits. */
export const TtlSeconds = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
