import * as z from 'zod';

const Node = z
  .object({
    node_id: z.string(),
    hostname: z.string(),
    version: z.string(),
    started_at: z.string().nullish(),
    lifecycle: z.string().nullish(),
    lb_status: z.string().nullish(),
    is_processing: z.boolean().nullish(),
    is_leader: z.boolean().nullish(),
  })
  .transform(
    ({
      node_id,
      hostname,
      version,
      started_at,
      lifecycle,
      lb_status,
      is_processing,
      is_leader,
    }) => ({
      id: node_id,
      hostname,
      version: version.replace(/\+.*/, ''),
      startedAt: started_at ?? undefined,
      lifecycle: lifecycle ?? undefined,
      loadBalancer: lb_status ?? undefined,
      processing: is_processing ?? undefined,
      /** Not told before 5.1. */
      leader: is_leader ?? undefined,
    }),
  );
/** A Graylog server; `startedAt` is ISO 8601. */
export type Node = z.output<typeof Node>;

/** The answer of GET /system: the node that answers. */
export const System = Node;

/** The answer of GET /cluster, by node id; `undefined` for a node that did not answer. */
export const Nodes = z
  .record(z.string(), Node.nullable())
  .transform((nodes) =>
    Object.entries(nodes).map(([id, node]) => ({ id, node: node ?? undefined })),
  );
export type Nodes = z.output<typeof Nodes>;

/** The answer of GET /cluster/{node}/journal; undefined where the journal is switched off. */
export const Journal = z
  .object({
    enabled: z.boolean(),
    append_events_per_second: z.number(),
    read_events_per_second: z.number(),
    uncommitted_journal_entries: z.number(),
    journal_size: z.number(),
    journal_size_limit: z.number(),
  })
  .transform((journal) =>
    journal.enabled
      ? {
          appendPerSecond: journal.append_events_per_second,
          readPerSecond: journal.read_events_per_second,
          uncommitted: journal.uncommitted_journal_entries,
          bytes: journal.journal_size,
          limitBytes: journal.journal_size_limit,
        }
      : undefined,
  );
export type Journal = NonNullable<z.output<typeof Journal>>;

const rates = {
  'org.graylog2.throughput.input.1-sec-rate': 'input',
  'org.graylog2.throughput.output.1-sec-rate': 'output',
} as const;
/** What POST /cluster/metrics/multiple is asked for. */
export const rateNames: readonly string[] = Object.keys(rates);

const Metrics = z
  .object({
    metrics: z.array(
      z.object({ full_name: z.string(), metric: z.looseObject({ value: z.unknown() }) }),
    ),
  })
  .nullable();

/** Messages a second by node id, from POST /cluster/metrics/multiple. A metric that a node does not have is missing from its answer. */
export const Rates = z.record(z.string(), Metrics).transform(
  (nodes) =>
    new Map(
      Object.entries(nodes).map(([id, node]) => {
        const value = (which: 'input' | 'output'): number | undefined => {
          const rate = node?.metrics.find(
            ({ full_name }) => rates[full_name as keyof typeof rates] === which,
          )?.metric.value;
          return typeof rate === 'number' ? rate : undefined;
        };
        return [id, { input: value('input'), output: value('output') }];
      }),
    ),
);
export type Rates = z.output<typeof Rates>;

/** The whole cluster's messages a second; undefined where no node tells one. */
export function clusterRate(rates: Rates, which: 'input' | 'output'): number | undefined {
  const known = [...rates.values()].flatMap((node) => node[which] ?? []);
  if (known.length === 0) return undefined;
  let sum = 0;
  for (const rate of known) sum += rate;
  return sum;
}

/** Inputs from GET /cluster/inputstates. Their `attributes` can hold passwords and keys and are not read at all. */
export const Inputs = z
  .record(
    z.string(),
    z
      .array(
        z.object({
          id: z.string(),
          state: z.string(),
          detailed_message: z.string().nullish(),
          message_input: z.object({ title: z.string(), name: z.string().nullish() }),
        }),
      )
      .nullable(),
  )
  .transform((nodes) =>
    Object.entries(nodes).flatMap(([nodeId, inputs]) =>
      (inputs ?? []).map(({ id, state, detailed_message, message_input }) => ({
        nodeId,
        id,
        state,
        title: message_input.title,
        kind: message_input.name ?? undefined,
        detail: detailed_message ?? undefined,
      })),
    ),
  );
export type Inputs = z.output<typeof Inputs>;
