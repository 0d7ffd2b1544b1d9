import type * as z from 'zod';

/** The names of fields, at any depth of objects, that a schema does not take as null although they are not `required`. */
export function refusedNulls(
  schema: z.ZodType,
  sample: unknown,
  required: readonly string[],
): string[] {
  const refused = new Set<string>();
  for (const path of pathsIn(sample)) {
    if (required.includes(path.at(-1) ?? '')) continue;
    const changed = structuredClone(sample);
    setNull(changed, path);
    if (!schema.safeParse(changed).success) refused.add(path.filter(isName).join('.'));
  }
  return [...refused];
}

const isName = (part: string): boolean => !/^\d+$/.test(part);

function pathsIn(value: unknown, above: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = [...above, name];
    return [...(Array.isArray(value) ? [] : [path]), ...pathsIn(inner, path)];
  });
}

function setNull(value: unknown, [name = '', ...rest]: readonly string[]): void {
  const object = value as Record<string, unknown>;
  if (rest.length === 0) object[name] = null;
  else setNull(object[name], rest);
}
