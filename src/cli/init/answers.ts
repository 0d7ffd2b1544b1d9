import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';
import { ConfigError } from '../../core/base/errors.ts';
import { Fingerprint } from '../../core/config/fingerprint.ts';
import { isOpenToOthers } from './private-file.ts';

/** One instance as an answers file names it. */
const Answer = z.strictObject({
  service: z.string().min(1),
  address: z.string().min(1),
  /** Its name where there are several. */
  instance: z.string().min(1).optional(),
  /** The SHA-256 of the certificate that is accepted, where this machine does not trust it. */
  fingerprint: Fingerprint.optional(),
  /** A secret may be sent over plain http beyond this machine. */
  plain_http: z.boolean().default(false),
  /** It is what it is said to be, although it does not say so without a login. */
  sure: z.boolean().default(false),
  /** Lares may do more there than look. */
  writes: z.boolean().default(false),
  /** By field, in small letters: `token_id`; `token_secret_file` names a file that holds it. */
  variables: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().min(1)).default({}),
});
export type Answer = z.output<typeof Answer>;

const Answers = z.strictObject({ services: z.array(Answer).min(1) });

/** Reads an answers file. Throws a ConfigError where it cannot be read or understood, or where others can read it: secrets may stand in it, so no message quotes it. */
export function readAnswers(path: string): readonly Answer[] {
  const fail = (what: string, hint: string): never => {
    throw new ConfigError(`--answers ${path} ${what}`, { hint });
  };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return fail('is no file', 'Check the path.');
  if (isOpenToOthers(stat))
    return fail('can be read by others on this machine', `It holds secrets: chmod 600 ${path}`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return fail('is not JSON, or cannot be read', shape);
  }
  const parsed = Answers.safeParse(content);
  if (parsed.success) return parsed.data.services;
  const [issue] = parsed.error.issues;
  return fail(`is not understood: ${issue ? issueText(issue) : ''}`, shape);
}

const shape =
  'It is {"services": [{"service": "…", "address": "…", "fingerprint": "…", "variables": {…}}]}; docs/first-hour.md has an example.';

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length > 0 ? `${path.join('.')}: ${message}` : message;
