import * as z from 'zod';
import { collectGaps } from '../../../core/gap.ts';
import { day } from '../../../core/base/units.ts';
import { read, type Graylog } from '../client.ts';
import { readIndexSets, readNotifications } from '../permitted-lists.ts';
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

/** Only the version must be had, and its error is thrown; every other part may be a gap. */
async function describeCluster(
  graylog: Graylog,
  instance: string,
): Promise<z.output<typeof ClusterOverview>> {
  const { part, gaps } = collectGaps();
  const { version } = await graylog.system();
  const nodes = await part('nodes', graylog.nodes);
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
  const journalOf = new Map(journals);
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

function summarizeInputs(inputs: Inputs): z.output<typeof ClusterOverview>['inputs'] {
  const notRunning = inputs.filter(({ state }) => state !== 'RUNNING');
  return {
    total: inputs.length,
    running: inputs.length - notRunning.length,
    notRunning: notRunning.map(({ title, kind, state, detail }) => ({
      title,
      kind,
      state,
      detail,
    })),
  };
}
