import { readdirSync } from 'node:fs';
import { expect } from 'vitest';

/** What takes longest stands in as many files `shard-<n>.test.ts`, so that the workers of a run share it. */
export const shards = 3;

/** Every third element, beginning with the n-th, counted from 1. What is new falls into one of the shards by itself. */
export const shardOf = <T>(list: readonly T[], shard: number): readonly T[] =>
  list.filter((_, place) => place % shards === shard - 1);

/** That a folder has a file for each shard, and that none of the list is in no shard, or in two. */
export function expectAllShards<T extends string>(folder: string, list: readonly T[]): void {
  const numbers = Array.from({ length: shards }, (_, i) => i + 1);
  const files = readdirSync(folder).filter((file) => file.startsWith('shard-'));
  expect(files.sort()).toEqual(numbers.map((number) => `shard-${number}.test.ts`));
  expect(numbers.flatMap((number) => shardOf(list, number)).sort()).toEqual([...list].sort());
}
