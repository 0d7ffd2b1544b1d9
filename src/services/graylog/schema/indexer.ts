import * as z from 'zod';

/** Health of the OpenSearch cluster from GET /system/indexer/cluster/health; `status` in lower case. */
export const IndexCluster = z
  .object({
    status: z.string(),
    shards: z.object({
      active: z.number(),
      initializing: z.number(),
      relocating: z.number(),
      unassigned: z.number(),
    }),
  })
  .transform(({ status, shards }) => ({ status: status.toLowerCase(), ...shards }));
export type IndexCluster = z.output<typeof IndexCluster>;

/** How many data nodes OpenSearch has, from GET /system/cluster/stats. */
export const DataNodes = z
  .object({
    elasticsearch: z.object({ cluster_health: z.object({ number_of_data_nodes: z.number() }) }),
  })
  .transform(({ elasticsearch }) => elasticsearch.cluster_health.number_of_data_nodes);

/** Index sets this user may read, from GET /system/indices/index_sets with statistics. */
export const IndexSets = z
  .object({
    index_sets: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        index_prefix: z.string().nullish(),
        default: z.boolean().nullish(),
      }),
    ),
    stats: z
      .record(
        z.string(),
        z.object({ indices: z.number(), documents: z.number(), size: z.number() }),
      )
      .nullish(),
  })
  .transform(({ index_sets, stats }) =>
    index_sets.map(({ id, title, index_prefix, default: isDefault }) => ({
      title,
      prefix: index_prefix ?? undefined,
      isDefault: isDefault === true,
      indices: stats?.[id]?.indices,
      documents: stats?.[id]?.documents,
      bytes: stats?.[id]?.size,
    })),
  );
export type IndexSets = z.output<typeof IndexSets>;

/** The answer of GET /system/indexer/failures/count. */
export const FailureCount = z.object({ count: z.number() }).transform(({ count }) => count);

/** The reason out of OpenSearch's own words, which come as JSON text; anything else as it is. */
function reasonIn(message: string): string {
  const [, type = '', why = ''] =
    /"type":"([^"]+)","reason":"((?:[^"\\]|\\.)*)"/.exec(message) ?? [];
  return why === '' ? message : `${type}: ${why.replace(/\\(.)/g, '$1')}`;
}

/** Messages that could not be indexed, newest first, from GET /system/indexer/failures. */
export const Failures = z
  .object({
    failures: z.array(
      z.object({
        timestamp: z.string(),
        index: z.string().nullish(),
        message: z.string().nullish(),
      }),
    ),
    total: z.number(),
  })
  .transform(({ failures, total }) => ({
    total,
    newest: failures.map(({ timestamp, index, message }) => ({
      at: timestamp,
      index: index ?? undefined,
      reason: reasonIn(message ?? ''),
    })),
  }));
export type Failures = z.output<typeof Failures>;

/** Bytes by hour, UTC. An hour without traffic is absent. */
const Hours = z.record(z.string(), z.number()).nullish();

function total(hours: z.output<typeof Hours>): number | undefined {
  if (!hours) return undefined;
  let bytes = 0;
  for (const inHour of Object.values(hours)) bytes += inHour;
  return bytes;
}

/** Traffic from GET /system/cluster/traffic, bytes in all. */
export const Traffic = z
  .object({ from: z.string(), to: z.string(), input: Hours, output: Hours })
  .transform(({ from, to, input, output }) => ({
    from,
    to,
    inputBytes: total(input),
    outputBytes: total(output),
  }));
export type Traffic = z.output<typeof Traffic>;
