import * as z from 'zod';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { lines, table } from '../../../core/base/table.ts';
import { oneLine, quoted } from '../../../core/base/text.ts';
import { bytes, count, percent, plural } from '../../../core/base/units.ts';

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

/** One Graylog cluster; what could not be looked at is missing and named in `gaps`. */
export const ClusterOverview = z.object({
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
  gaps: Gaps,
});
type ClusterOverview = z.output<typeof ClusterOverview>;

const countText = (n: number | undefined): string | undefined =>
  n === undefined ? undefined : count(n);
const unknown = 'unknown (see NOT CHECKED)';

/** One Graylog cluster for a person. What was not looked at says so in its own line. */
export function overviewText(cluster: ClusterOverview, several: boolean): string {
  const { instance, version, inputPerSecond, outputPerSecond, traffic, gaps } = cluster;
  const received =
    traffic?.inputBytes === undefined
      ? ''
      : `; ${bytes(traffic.inputBytes)} received since ${traffic.from}`;
  return lines(
    `${several ? `${instance}: ` : ''}Graylog ${version}: ${rateText(inputPerSecond, outputPerSecond)}${received}.`,
    nodesText(cluster),
    inputsText(cluster),
    indexText(cluster),
    failuresText(cluster),
    notificationsText(cluster),
    gapsText(gaps),
  );
}

/** Gauges of one second: a house that logs once in two is not silent in every other one. */
function rateText(input: number | undefined, output: number | undefined): string {
  if (input === undefined) return `ingest ${unknown}`;
  const written = output === undefined ? '' : `, written ${countText(output)}`;
  return `ingest ${countText(input)}${written} msg/s in the last second`;
}

const nodesText = ({ nodes = [] }: ClusterOverview): string =>
  table(nodes, {
    node: ({ hostname, leader }) => (leader ? `${hostname} (leader)` : hostname),
    state: ({ answers, lifecycle, processing }) =>
      !answers
        ? 'does not answer'
        : processing === false
          ? `${lifecycle}, processing paused`
          : lifecycle,
    'load balancer': ({ loadBalancer }) => loadBalancer,
    version: ({ version }) => version,
    'in/s': ({ inputPerSecond }) => countText(inputPerSecond),
    'out/s': ({ outputPerSecond }) => countText(outputPerSecond),
    journal: ({ journal }) =>
      journal &&
      `${percent(journal.bytes / Math.max(1, journal.limitBytes))} of ${bytes(journal.limitBytes)}, ${countText(journal.uncommitted)} waiting, +${countText(journal.appendPerSecond)}/s -${countText(journal.readPerSecond)}/s`,
  });

function inputsText({ inputs }: ClusterOverview): string {
  if (!inputs) return `Inputs: ${unknown}.`;
  const down = inputs.notRunning.map(
    ({ title, state, detail }) => `${title} is ${state}${detail ? ` (${oneLine(detail)})` : ''}`,
  );
  return `Inputs: ${inputs.running} of ${inputs.total} running${down.length > 0 ? `; ${down.join(', ')}` : ''}.`;
}

function indexText({ indexCluster, indexSets }: ClusterOverview): string {
  const health = indexCluster
    ? `Index cluster: ${indexCluster.status}${indexCluster.active === undefined ? '' : `, ${indexCluster.active} shards active, ${indexCluster.unassigned} unassigned, ${indexCluster.initializing} initializing, ${indexCluster.relocating} relocating`}.`
    : `Index cluster: ${unknown}.`;
  return lines(
    health,
    indexSets
      ? table(indexSets, {
          'index set': ({ title, isDefault }) => (isDefault ? `${title} (default)` : title),
          prefix: ({ prefix }) => prefix,
          indices: ({ indices }) => indices,
          documents: ({ documents }) => countText(documents),
          size: ({ bytes: size }) => (size === undefined ? undefined : bytes(size)),
        })
      : `Index sets: ${unknown}.`,
  );
}

function failuresText({ failures }: ClusterOverview): string {
  if (!failures) return `Indexing failures: ${unknown}.`;
  return lines(
    `Indexing failures: ${failures.lastDay === 0 ? 'none' : countText(failures.lastDay)} in the last 24 h.`,
    quoted(
      'Newest failures',
      failures.newest.map(
        ({ at, index, reason }) => `${at} ${index ?? ''} ${oneLine(reason, 300)}`,
      ),
    ),
  );
}

function notificationsText({ notifications }: ClusterOverview): string {
  if (!notifications) return `Notifications: ${unknown}.`;
  if (notifications.length === 0) return 'Notifications: none.';
  return lines(
    `${plural(notifications.length, 'notification')}:`,
    table(notifications, {
      type: ({ type }) => type,
      severity: ({ urgent }) => (urgent ? 'urgent' : 'normal'),
      since: ({ since }) => since,
      details: ({ details }) => oneLine(details.join('; '), 200),
    }),
  );
}
