import { cwd } from 'node:process';
import type * as z from 'zod';
import { issueMessage, readValue, type Env } from './environment.ts';
import { isAnchored, pathFrom } from './paths.ts';
import type { ValueKind } from './value-kind.ts';

/** One `LARES_…` variable, under the name of its field: `state_dir` is `LARES_STATE_DIR`. */
export interface Variable<Value, Default = Value | undefined> {
  description: string;
  /** What holds when it is not set; undefined: nothing does. */
  default: Default;
  /** What the text may hold; without it, a name, a number or a choice. */
  kind?: ValueKind;
  /** A path that must mean the same wherever Lares is started: what stands there decides about writes. */
  anchored?: true;
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

/** A value and what was done to get it, or what is wrong with the text that was given: sentences that begin with the variable. */
export type Reading<T> =
  | { value: T; repairs?: readonly string[]; problem?: undefined }
  | { problem: string };

/** The variable of a field: `LARES_STATE_DIR`. */
export const variableOf = (field: string): string => `LARES_${field.toUpperCase()}`;

/** `LARES_<FIELD>`, or what stands in the file that `LARES_<FIELD>_FILE` names. Empty counts as not set. */
export function readVariable<Value, Default>(
  env: Env,
  field: string,
  described: Variable<Value, Default>,
): Reading<Value | Default> {
  const name = variableOf(field);
  const file = `${name}_FILE`;
  const isFile = !env[name] && Boolean(env[file]);
  const given = isFile ? file : name;
  const raw = env[given];
  if (!raw) return { value: described.default };
  const reading = readValue(given, raw, described.kind ?? 'plain', isFile);
  if ('problem' in reading) return reading;
  const parsed = parseVariable(field, described, reading.value || undefined);
  if (parsed.problem !== undefined) return parsed;
  const both = env[name] && env[file] ? [`${name} and ${file} are both set: ${name} counts`] : [];
  return { ...parsed, repairs: [...reading.repairs, ...both] };
}

/** The value that a text stands for; the default where there is none. */
export function parseVariable<Value, Default>(
  field: string,
  described: Variable<Value, Default>,
  text: string | undefined,
): Reading<Value | Default> {
  if (text === undefined) return { value: described.default };
  const name = variableOf(field);
  if (described.anchored && !isAnchored(text))
    return { problem: `${name}: ${text} must begin with / or ~/: Lares is started in any folder` };
  const meant = described.kind === 'path' ? pathFrom(cwd(), text) : text;
  const parsed = described.schema().safeParse(meant);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${name}: ${issue ? issueMessage(issue) : 'not understood'}` };
}
