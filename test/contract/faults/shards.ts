import { ids } from '../examples.ts';

/** As many as there are files `shard-<n>.test.ts`: each takes every third service, so that the workers of a run share the work. */
export const shards = 3;

/** The services of one shard, counted from 1. A tenth service falls into one of them by itself. */
export const shardOf = (shard: number): readonly string[] =>
  ids.filter((_, place) => place % shards === shard - 1);
