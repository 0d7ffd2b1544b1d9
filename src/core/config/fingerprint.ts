import * as z from 'zod';

/** What `openssl x509 -fingerprint`, `ssh-keygen` and browsers write before the bytes. */
const label = /^sha-?256(?:\s+fingerprint)?\s*[:=]\s*/i;

/** A SHA-256 fingerprint however it is spelled: with or without colons, blanks and its label, in either case. Read as `AA:BB:…`. */
export const Fingerprint = z.string().transform((text, context) => {
  const digits = text
    .trim()
    .replace(label, '')
    .replace(/[:\s-]/g, '');
  if (/^[0-9a-f]{64}$/i.test(digits)) return (digits.toUpperCase().match(/../g) ?? []).join(':');
  context.addIssue({
    code: 'custom',
    message: /^(?:sha-?1\b.*|(?:[0-9a-f]{2}:?){20})$/i.test(text.trim())
      ? 'must be a SHA-256 fingerprint (AA:BB:…), and this is a SHA-1'
      : 'must be a SHA-256 fingerprint (AA:BB:…)',
  });
  return z.NEVER;
});
