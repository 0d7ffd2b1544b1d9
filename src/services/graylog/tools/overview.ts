import * as z from 'zod';
import { Gaps, collectGaps } from '../../../core/gap.ts';
import { read, type Graylog } from '../client.ts';
import { overviewText } from './overview-output.ts';
import { indexSetsOf, notificationsOf } from '../permitted-lists.ts';
import { sum } from '../schema/nodes.ts';

const Rate = z.number().optional().describe('Messages a second');
const Bytes = z.number().optional();

const Node = z.object({
  hostname: z.string(),
  answers: z.boolean(),
  version: z.string().optional(),
  leader: z.boolean().optional(),
  lifecycle: z.string().optional(),
  loadBalancer: z.string().optional(),
  processing: z.boolean().optional(),
  inputPerSecond: Rate,
  outputPerSecond: Rate,
  journal: z
    .object({
      uncommitted: z.number(),
      bytes: z.number(),
      limitBytes: z.number(),
      appendPerSecond: z.number(),
      readPerSecond: z.number(),
    })
    .optional()
    .describe('What waits to be processed'),
});

const Cluster = z.object({
  instance: z.string(),
  version: z.string(),
  nodes: z.array(Node).optional(),
  inputPerSecond: Rate,
  outputPerSecond: Rate,
  inputs: z
    .object({
      total: z.int(),
      running: z.int(),
      notRunning: z.array(
        z.object({
          title: z.string(),
          kind: z.string().optional(),
          state: z.string(),
          detail: z.string().optional(),
        }),
      ),
    })
    .optional(),
  indexCluster: z
    .object({
      status: z.string(),
      active: z.number().optional(),
      initializing: z.number().optional(),
      relocating: z.number().optional(),
      unassigned: z.number().optional(),
    })
    .optional()
    .describe('OpenSearch; shards by state'),
  indexSets: z
    .array(
      z.object({
        title: z.string(),
        prefix: z.string().optional(),
        isDefault: z.boolean(),
        indices: z.number().optional(),
        documents: z.number().optional(),
        bytes: Bytes,
      }),
    )
    .optional(),
  failures: z
    .object({
      lastDay: z.number(),
      newest: z.array(
        z.object({ at: z.string(), index: z.string().optional(), reason: z.string() }),
      ),
    })
    .optional(),
  notifications: z
    .array(
      z.object({
        type: z.string(),
        urgent: z.boolean(),
        since: z.string().optional(),
        details: z.array(z.string()),
      }),
    )
    .optional(),
  traffic: z
    .object({ from: z.string(), to: z.string(), inputBytes: Bytes, outputBytes: Bytes })
    .optional(),
  notChecked: Gaps,
});
export type Cluster = z.output<typeof Cluster>;

export const overview = read({
  name: 'graylog_overview',
  title: 'Graylog overview',
  description:
    'Show how Graylog itself is doing: ingest rate, journal, inputs, index cluster, failures, notifications.',
  example: {},
  input: z.strictObject({}),
  output: z.object({ clusters: z.array(Cluster) }),
  run: async (_, service) => ({ clusters: (await service.all(look)).map(({ value }) => value) }),
  text: ({ clusters }) =>
    clusters.map((cluster) => overviewText(cluster, clusters.length > 1)).join('\n\n'),
});

async function look(graylog: Graylog, instance: string): Promise<Cluster> {
  const { part, gaps } = collectGaps();
  const seen = <T>(what: string, asked: Promise<T>): Promise<T | undefined> =>
    part(what, () => asked);
  const { version } = await graylog.system();
  const nodes = await seen('nodes', graylog.nodes());
  const [waiting, rates, inputs, indexCluster, indexSets, count, failures, notifications, traffic] =
    await Promise.all([
      Promise.all(
        (nodes ?? [])
          .flatMap(({ node }) => node ?? [])
          .map(
            async ({ id, hostname }) =>
              [id, await seen(`journal of ${hostname}`, graylog.journal(id))] as const,
          ),
      ),
      seen('ingest rate', graylog.rates()),
      seen('inputs', graylog.inputs()),
      seen(
        'index cluster',
        graylog.indexCluster().then((health) => health ?? { status: 'does not answer' }),
      ),
      seen('index sets', indexSetsOf(graylog)),
      seen('indexing failures', graylog.failureCount(graylog.now() - 86_400_000)),
      graylog.failures(5).catch(() => undefined),
      seen('notifications', notificationsOf(graylog)),
      seen('traffic', graylog.traffic()),
    ]);
  const running = inputs?.filter(({ state }) => state === 'RUNNING');
  return {
    instance,
    version,
    nodes: nodes?.map(({ id, node }) => ({
      hostname: node?.hostname ?? id,
      answers: node !== undefined,
      version: node?.version,
      leader: node?.leader,
      lifecycle: node?.lifecycle,
      loadBalancer: node?.loadBalancer,
      processing: node?.processing,
      inputPerSecond: rates?.get(id)?.input,
      outputPerSecond: rates?.get(id)?.output,
      journal: new Map(waiting).get(id),
    })),
    ...(rates && { inputPerSecond: sum(rates, 'input'), outputPerSecond: sum(rates, 'output') }),
    ...(inputs &&
      running && {
        inputs: {
          total: inputs.length,
          running: running.length,
          notRunning: inputs
            .filter((one) => !running.includes(one))
            .map(({ title, kind, state, detail }) => ({ title, kind, state, detail })),
        },
      }),
    indexCluster,
    indexSets: indexSets?.map((set) => ({ ...set })),
    ...(count !== undefined && {
      failures: { lastDay: count, newest: count > 0 ? (failures?.newest ?? []) : [] },
    }),
    notifications: notifications?.map(({ type, urgent, since, details }) => ({
      type,
      urgent,
      since,
      details,
    })),
    traffic,
    notChecked: gaps,
  };
}
