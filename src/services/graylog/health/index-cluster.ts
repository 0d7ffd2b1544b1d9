import type { Finding } from '../../../core/health.ts';
import type { Effect } from '../../../core/map.ts';
import { plural } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** What is wrong with OpenSearch, as Graylog sees it. */
export function indexClusterFindings(checkup: Checkup): Finding[] {
  const { indexer } = checkup;
  if (!indexer) return [];
  if (!indexer.health)
    return [
      finding(checkup, 'index-cluster-down', {
        severity: 'critical',
        effect: 'stops',
        message: 'OpenSearch does not answer Graylog: nothing can be stored or searched',
      }),
    ];
  const { status, unassigned } = indexer.health;
  if (status === 'red')
    return [
      finding(checkup, 'index-cluster-red', {
        severity: 'critical',
        effect: 'degrades',
        message: `The index cluster is red: ${plural(unassigned, 'shard')} unassigned, some messages can be neither found nor stored`,
      }),
    ];
  if (status === 'yellow')
    return [finding(checkup, 'index-cluster-yellow', yellow(indexer.health, indexer.dataNodes))];
  return [];
}

type YellowDetails = Pick<Finding, 'severity' | 'message'> & { effect: Effect };

/** A lone data node has nowhere to put a second copy, so its yellow is only worth knowing. */
function yellow(
  { unassigned, initializing }: { unassigned: number; initializing: number },
  dataNodes: number | undefined,
): YellowDetails {
  if (initializing > 0)
    return {
      severity: 'info',
      effect: 'note',
      message: `The index cluster is yellow and recovering: ${plural(initializing, 'shard')} initializing`,
    };
  const copies = `${plural(unassigned, 'shard')} ${unassigned === 1 ? 'has' : 'have'} no second copy`;
  return dataNodes === 1
    ? {
        severity: 'info',
        effect: 'note',
        message: `The index cluster is yellow: ${copies}, as there is only one data node. Set the index sets' replicas to 0`,
      }
    : { severity: 'warning', effect: 'risk', message: `The index cluster is yellow: ${copies}` };
}
