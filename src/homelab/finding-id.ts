import { createHash } from 'node:crypto';
import { clean, unbroken } from '../core/base/text.ts';

const longestId = 120;

/** What `LARES_MUTE` can name: one token without the characters that separate there, and not longer than a line. */
export function tokenOf(id: string): string {
  const token = clean(unbroken(id))
    .trim()
    .replace(/[\s,]+/g, '_');
  if (token.length <= longestId) return token;
  const digest = createHash('sha256').update(token).digest('hex').slice(0, 8);
  return `${token.slice(0, longestId)}…${digest}`;
}
