import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { Facts } from './facts.ts';
import { schemas } from './schemas.ts';
import { upstreams } from './sources/index.ts';
import { visitsOf } from './visits.ts';

/** Every named place in an answer, as the keys that lead to it. */
function* places(value: unknown, above: readonly string[] = []): Generator<readonly string[]> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    const path = [...above, key];
    if (!Array.isArray(value)) yield path;
    yield* places(inner, path);
  }
}

/** A copy of an answer in which one place is null, or not there at all. */
function changed(answer: unknown, path: readonly string[], how: 'null' | 'absent'): unknown {
  const copy: unknown = structuredClone(answer);
  let parent = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (how === 'null') parent[last] = null;
  else delete parent[last];
  return copy;
}

/** The first rows show every field that rows have; long lists would only take long. */
const shortened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 6).map(shortened);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
};

/** Places that may be left out, and may not be null. */
const intolerant = (schema: z.ZodType, answer: unknown): string[] =>
  [...places(answer)]
    .filter(
      (path) =>
        schema.safeParse(changed(answer, path, 'absent')).success &&
        !schema.safeParse(changed(answer, path, 'null')).success,
    )
    .map((path) => path.filter((key) => !/^\d+$/.test(key)).join('.'));

/** Perl writes null for what is undefined, and Rust for what is None: which of the two ways to say nothing is taken changes with versions. */
export function meetNulls(): void {
  describe.each(['proxmox', 'pbs'])('%s', (id) => {
    test('what may be absent may be null', async () => {
      const visits = await visitsOf(id);
      const seen = new Set<string>();
      const found = upstreams
        .filter(({ of }) => of.service === id)
        .flatMap((upstream) => {
          const facts = new Facts(upstream);
          const longest = new Map<string, string>();
          for (const { method, path, status, answer } of visits) {
            const name = facts.endpointOf(method, path);
            if (status !== 200 || !name || answer.length <= (longest.get(name) ?? '').length)
              continue;
            longest.set(name, answer);
          }
          return [...longest].flatMap(([name, answer]) => {
            const schema = schemas[upstream.name]?.[name];
            if (!schema) return [];
            const sample = shortened(JSON.parse(answer));
            if (!schema.safeParse(sample).success) return [`${name}: not read`];
            seen.add(name);
            return intolerant(schema, sample).map((place) => `${name}: ${place}`);
          });
        });
      expect([...new Set(found)]).toEqual([]);
      expect(seen.size).toBeGreaterThan(8);
    }, 90_000);
  });
}
