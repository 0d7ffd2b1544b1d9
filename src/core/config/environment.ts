import { readFileSync } from 'node:fs';
import type * as z from 'zod';

/** Environment variables, as they are or read from a dotenv file; one that is empty counts as not set. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The value that stands in a file, without the end of its line; undefined when it cannot be read. */
export function valueIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What is wrong with a value, for somebody who never heard of NaN. */
export const issueMessage = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' && issue.expected === 'number' ? 'must be a number' : issue.message;
