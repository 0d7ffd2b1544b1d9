import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { expandHome } from './paths.ts';
import { readRawValue, type RawValue } from './raw-value.ts';
import { decodeText } from './text-encoding.ts';
import type { ValueKind } from './value-kind.ts';

/** What of an environment's file could not be read, a sentence each. It stands beside the variables, and no variable can be called like it. */
export const unread: unique symbol = Symbol('unread');

/** Environment variables, as they are or read from a dotenv file; one that is empty counts as not set. */
export type Env = Readonly<Record<string, string | undefined>> & {
  readonly [unread]?: readonly string[];
};

/** A value from an environment or from the file that a variable of the form `<NAME>_FILE` names. Problems and repairs are whole sentences. */
export type Reading = { value: string; repairs: readonly string[] } | { problem: string };

/** The value of a variable. `isFile`: of the file that it names. */
export function readValue(
  variable: string,
  raw: string,
  kind: ValueKind,
  isFile: boolean,
): Reading {
  if (!isFile) return sentences(variable, readRawValue(raw, kind, variable));
  const named = readRawValue(raw, 'path', variable);
  if (named.problem !== undefined) return sentences(variable, named);
  const file = expandHome(named.value);
  const text = textIn(file);
  if (text === undefined) return { problem: `${variable}: ${file} cannot be read` };
  if (text === notText) return { problem: `${variable}: ${file} is not text in UTF-8 or UTF-16` };
  const plain = variable.replace(/_FILE$/, '');
  return sentences(variable, readRawValue(text, kind, plain));
}

/** No file that is read can hold it: it is no text. */
const notText = Symbol('not text');

function textIn(file: string): string | typeof notText | undefined {
  try {
    return decodeText(readFileSync(file)) ?? notText;
  } catch {
    return undefined;
  }
}

function sentences(variable: string, raw: RawValue): Reading {
  if (raw.problem !== undefined) return { problem: `${variable} ${raw.problem}` };
  return { value: raw.value, repairs: raw.repairs.map((repair) => `${variable} ${repair}`) };
}

/** What is wrong with a value, for somebody who never heard of NaN. */
export const issueMessage = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' && issue.expected === 'number' ? 'must be a number' : issue.message;
