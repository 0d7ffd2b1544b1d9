import type * as z from 'zod';

type Container = Record<string, unknown> | unknown[];
const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null;

/** Every path to a field of a value, through lists and objects. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (!isContainer(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    return Array.isArray(value) ? pathsOf(inner, here) : [here, ...pathsOf(inner, here)];
  });
}

/** A copy in which the field at a path is another value; undefined takes it away. */
function changed(sample: unknown, path: readonly string[], value: unknown): unknown {
  const copy: unknown = structuredClone(sample);
  let holder = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** Fields that a schema lets be absent and not be null. Servers whose language has one word for both send either. */
export const refusedNulls = (schema: z.ZodType, sample: unknown): string[] =>
  pathsOf(sample)
    .filter((path) => schema.safeParse(changed(sample, path, undefined)).success)
    .filter((path) => !schema.safeParse(changed(sample, path, null)).success)
    .map((path) => path.join('.'));
