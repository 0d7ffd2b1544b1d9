import type * as z from 'zod';
import { isSecret } from './secrets.ts';

/**
 * What a raw value may hold. `token`: one word of visible ASCII. `password`: nearly anything. `query`: a search, in which quotes mean something.
 * `lines`: a list on several lines. `plain`: a name, a number, a choice.
 */
export type ValueKind = 'url' | 'path' | 'token' | 'password' | 'query' | 'lines' | 'plain';

/** What a service's field may hold, from its name and whether it is a secret: services declare nothing. */
export function kindOfField(field: string, schema: z.core.$ZodType): ValueKind {
  if (/(?:^|_)(?:password|passphrase)$/.test(field)) return 'password';
  if (/(?:^|_)headers$/.test(field)) return 'lines';
  if (isSecret(schema)) return 'token';
  if (/(?:^|_)url$/.test(field)) return 'url';
  if (/_file$/.test(field)) return 'path';
  return /(?:^|_)query$/.test(field) ? 'query' : 'plain';
}
