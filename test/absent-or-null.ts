import type * as z from 'zod';

type Node = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Elements of a list that are looked at; the others are like them. */
const elements = 3;

function pathsIn(value: unknown, path: string[] = []): string[][] {
  if (!isNode(value)) return [];
  const keys = Array.isArray(value)
    ? value.slice(0, elements).map((_, i) => String(i))
    : Object.keys(value);
  return keys.flatMap((key) => [
    ...(Array.isArray(value) ? [] : [[...path, key]]),
    ...pathsIn((value as Record<string, unknown>)[key], [...path, key]),
  ]);
}

/** A copy with one field changed. */
function changed(
  answer: unknown,
  path: readonly string[],
  change: (parent: Record<string, unknown>, key: string) => void,
): unknown {
  const copy = structuredClone(answer) as Record<string, unknown>;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  change(parent, path.at(-1) ?? '');
  return copy;
}

/**
 * The fields that a schema lets be absent and does not let be null: what a language leaves out where it has nothing, another version of
 * the same program writes as null. `except` matches paths whose keys are data, such as labels.
 */
export function refusesNull(schema: z.ZodType, answer: unknown, except = /^$/): string[] {
  return pathsIn(answer)
    .filter((path) => !except.test(path.join('.')))
    .filter((path) => {
      const absent = changed(answer, path, (parent, key) => delete parent[key]);
      const empty = changed(answer, path, (parent, key) => {
        parent[key] = null;
      });
      return schema.safeParse(absent).success && !schema.safeParse(empty).success;
    })
    .map((path) => path.join('.'));
}
