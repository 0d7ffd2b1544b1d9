import { gapsText } from '../../../core/gap.ts';
import { lines, table } from '../../../core/base/table.ts';
import { oneLine, quoted } from '../../../core/base/text.ts';
import { bytes, count, percent, plural } from '../../../core/base/units.ts';
import type { Cluster } from './overview.ts';

const shown = (n: number | undefined): string | undefined =>
  n === undefined ? undefined : count(n);
const unknown = 'unknown (see NOT CHECKED)';

/** One Graylog cluster for a person. What was not seen says so in its own line. */
export function overviewText(cluster: Cluster, named: boolean): string {
  const { instance, version, inputPerSecond, outputPerSecond, traffic, notChecked } = cluster;
  const traffic24 =
    traffic?.inputBytes === undefined
      ? ''
      : `; ${bytes(traffic.inputBytes)} received since ${traffic.from}`;
  return lines(
    `${named ? `${instance}: ` : ''}Graylog ${version}: ingest ${inputPerSecond === undefined ? unknown : `${shown(inputPerSecond)} msg/s`}${outputPerSecond === undefined ? '' : `, written ${shown(outputPerSecond)} msg/s`}${traffic24}.`,
    nodesText(cluster),
    inputsText(cluster),
    indexText(cluster),
    failuresText(cluster),
    notificationsText(cluster),
    gapsText(notChecked),
  );
}

const nodesText = ({ nodes = [] }: Cluster): string =>
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
    'in/s': ({ inputPerSecond }) => shown(inputPerSecond),
    'out/s': ({ outputPerSecond }) => shown(outputPerSecond),
    journal: ({ journal }) =>
      journal &&
      `${percent(journal.bytes / Math.max(1, journal.limitBytes))} of ${bytes(journal.limitBytes)}, ${shown(journal.uncommitted)} waiting, +${shown(journal.appendPerSecond)}/s -${shown(journal.readPerSecond)}/s`,
  });

function inputsText({ inputs }: Cluster): string {
  if (!inputs) return `Inputs: ${unknown}.`;
  const down = inputs.notRunning.map(
    ({ title, state, detail }) => `${title} is ${state}${detail ? ` (${oneLine(detail)})` : ''}`,
  );
  return `Inputs: ${inputs.running} of ${inputs.total} running${down.length > 0 ? `; ${down.join(', ')}` : ''}.`;
}

function indexText({ indexCluster, indexSets }: Cluster): string {
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
          documents: ({ documents }) => shown(documents),
          size: ({ bytes: size }) => (size === undefined ? undefined : bytes(size)),
        })
      : `Index sets: ${unknown}.`,
  );
}

function failuresText({ failures }: Cluster): string {
  if (!failures) return `Indexing failures: ${unknown}.`;
  return lines(
    `Indexing failures: ${failures.lastDay === 0 ? 'none' : shown(failures.lastDay)} in the last 24 h.`,
    quoted(
      'Newest failures',
      failures.newest.map(
        ({ at, index, reason }) => `${at} ${index ?? ''} ${oneLine(reason, 300)}`,
      ),
    ),
  );
}

function notificationsText({ notifications }: Cluster): string {
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
