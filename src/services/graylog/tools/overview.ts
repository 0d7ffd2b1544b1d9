import * as z from 'zod';
import { collectGaps } from '../../../core/gap.ts';
import { day } from '../../../core/base/units.ts';
import { read, type Graylog } from '../client.ts';
import { readIndexSets, readNodes, readNotifications } from '../permitted-lists.ts';
import { clusterRate, type Inputs } from '../schema/index.ts';
import { ClusterOverview, overviewText } from './overview-output.ts';

export const overview = read({
  name: 'graylog_overview',
  title: 'Graylog overview',
  description:
    'Show how Graylog itself is doing: ingest rate, journal, inputs, index cluster, failures, notifications.',
  example: {},
  input: z.strictObject({}),
  output: z.object({ clusters: z.array(ClusterOverview) }),
  async run(_, fleet) {
    const answers = await fleet.all(describeCluster);
    return { clusters: answers.map(({ value }) => value) };
  },
  text: ({ clusters }) =>
    clusters.map((cluster) => overviewText(cluster, clusters.length > 1)).join('\n\n'),
});

/** Every part may be a gap; thrown is the error of a server that answered nothing at all. */
async function describeCluster(
  graylog: Graylog,
  instance: string,
): Promise<z.output<typeof ClusterOverview>> {
  const { part, gaps } = collectGaps();
  const nodesAsked = readNodes(graylog);
  const nodes = await part('nodes', () => nodesAsked);
  const answering = (nodes ?? []).flatMap(({ node }) => node ?? []);
  const [
    journals,
    rates,
    inputs,
    indexCluster,
    indexSets,
    failureCount,
    failures,
    notifications,
    traffic,
  ] = await Promise.all([
    Promise.all(
      answering.map(
        async ({ id, hostname }) =>
          [id, await part(`journal of ${hostname}`, () => graylog.journal(id))] as const,
      ),
    ),
    part('ingest rate', graylog.rates),
    part('inputs', graylog.inputs),
    part(
      'index cluster',
      async () => (await graylog.indexCluster()) ?? { status: 'does not answer' },
    ),
    part('index sets', () => readIndexSets(graylog)),
    part('indexing failures', () => graylog.failureCount(graylog.now() - day)),
    graylog.failures(5).catch(() => undefined),
    part('notifications', () => readNotifications(graylog)),
    part('traffic', graylog.traffic),
  ]);
  const answers = [nodes, rates, inputs, indexCluster, failureCount, notifications, traffic];
  if (answers.every((answer) => answer === undefined)) await nodesAsked;
  const journalOf = new Map(journals);
  return {
    instance,
    version: answering[0]?.version ?? 'version unknown',
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
      journal: journalOf.get(id),
    })),
    ...(rates && {
      inputPerSecond: clusterRate(rates, 'input'),
      outputPerSecond: clusterRate(rates, 'output'),
    }),
    ...(inputs && { inputs: summarizeInputs(inputs) }),
    indexCluster,
    indexSets: indexSets?.map((set) => ({ ...set })),
    ...(failureCount !== undefined && {
      failures: {
        lastDay: failureCount,
        newest: failureCount > 0 ? (failures?.newest ?? []) : [],
      },
    }),
    notifications: notifications?.map(({ type, urgent, since, details }) => ({
      type,
      urgent,
      since,
      details,
    })),
    traffic,
    gaps,
  };
}

/** An input that runs on every node is one input; it is listed once for each state in which it does not run. */
function summarizeInputs(inputs: Inputs): z.output<typeof ClusterOverview>['inputs'] {
  const failing = inputs.filter(({ state }) => state !== 'RUNNING');
  const notRunning = [
    ...new Map(failing.map((input) => [JSON.stringify([input.id, input.state]), input])).values(),
  ];
  const total = new Set(inputs.map(({ id }) => id)).size;
  return {
    total,
    running: total - new Set(failing.map(({ id }) => id)).size,
    notRunning: notRunning.map(({ title, kind, state, detail }) => ({
      title,
      kind,
      state,
      detail,
    })),
  };
}
