import type * as z from 'zod';
import { issueMessage, valueIn, type Env } from './environment.ts';

/** One `LARES_…` variable, under the name of its field: `state_dir` is `LARES_STATE_DIR`. */
export interface Variable<Value, Default = Value | undefined> {
  description: string;
  /** What holds when it is not set; undefined: nothing does. */
  default: Default;
  /** What a value must be. Made only for a value that is there: a start that builds every schema would be slower for nothing. */
  schema(): z.ZodType<Value>;
}

/** Keeps the type of the value and that of the default apart: a variable with a default is never undefined. */
export const variable = <Value, const Default extends Value | undefined>(
  described: Variable<Value, Default>,
): Variable<Value, Default> => described;

/** What a variable is read as. */
export type ValueOf<V> = V extends Variable<infer Value, infer Default> ? Value | Default : never;

/** Values as a table of variables describes them. */
export type ValuesOf<Table> = { [Field in keyof Table]: ValueOf<Table[Field]> };

/** A value, or what is wrong with the text that was given: a sentence that begins with the variable. */
export type Reading<T> = { value: T; problem?: undefined } | { problem: string };

/** The variable of a field: `LARES_STATE_DIR`. */
export const variableOf = (field: string): string => `LARES_${field.toUpperCase()}`;

/** `LARES_<FIELD>`, or what stands in the file that `LARES_<FIELD>_FILE` names. Empty counts as not set. */
export function readVariable<Value, Default>(
  env: Env,
  field: string,
  described: Variable<Value, Default>,
): Reading<Value | Default> {
  const name = variableOf(field);
  const file = env[`${name}_FILE`];
  if (env[name] || !file) return parseVariable(field, described, env[name] || undefined);
  const text = valueIn(file);
  if (text === undefined) return { problem: `${name}_FILE: ${file} cannot be read` };
  return parseVariable(field, described, text || undefined);
}

/** The value that a text stands for; the default where there is none. */
export function parseVariable<Value, Default>(
  field: string,
  described: Variable<Value, Default>,
  text: string | undefined,
): Reading<Value | Default> {
  if (text === undefined) return { value: described.default };
  const parsed = described.schema().safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${variableOf(field)}: ${issue ? issueMessage(issue) : 'not understood'}` };
}
