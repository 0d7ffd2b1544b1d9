/** Numbers from 0 to 1 that are the same in every run (linear congruential generator). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** The same elements in another order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [result[last], result[other]];
    if (a !== undefined && b !== undefined) [result[last], result[other]] = [b, a];
  }
  return result;
}

/** A list whose order means nothing: it leaves in another one every time, as from a Perl hash. */
export class Unordered {
  readonly rows: readonly unknown[];
  constructor(rows: readonly unknown[]) {
    this.rows = rows;
  }
}

/** JSON as Perl would write it: keys in random order, undefined ones absent. */
export function scrambledJson(value: unknown, random: () => number): string {
  const scramble = (part: unknown): unknown => {
    if (part instanceof Unordered) return shuffled(part.rows, random).map(scramble);
    if (Array.isArray(part)) return part.map(scramble);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(
      shuffled(Object.entries(part), random).map(([key, inner]) => [key, scramble(inner)]),
    );
  };
  return JSON.stringify(scramble(value));
}
