import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Graylog } from '../client.ts';
import type { Failures, IndexCluster } from '../schema/indexer.ts';
import { found, type Place } from './finding.ts';

export interface Indexer {
  /** Undefined: OpenSearch does not answer Graylog. */
  health: IndexCluster | undefined;
  /** Asked only where copies are missing. */
  dataNodes?: number | undefined;
}

export async function indexer(graylog: Graylog): Promise<Indexer> {
  const health = await graylog.indexCluster();
  return health?.status === 'yellow'
    ? { health, dataNodes: await graylog.dataNodes().catch(() => undefined) }
    : { health };
}

/** A lone data node has nowhere to put a second copy, so its yellow is only worth knowing. */
export function clusterFindings({ health, dataNodes }: Indexer, place: Place): Finding[] {
  if (!health)
    return [
      found(place, 'index-cluster-down', {
        severity: 'critical',
        message: 'OpenSearch does not answer Graylog: nothing can be stored or searched',
      }),
    ];
  const { status, unassigned, initializing } = health;
  if (status === 'red')
    return [
      found(place, 'index-cluster-red', {
        severity: 'critical',
        message: `The index cluster is red: ${plural(unassigned, 'shard')} unassigned, some messages can be neither found nor stored`,
      }),
    ];
  if (status !== 'yellow') return [];
  if (initializing > 0)
    return [
      found(place, 'index-cluster-yellow', {
        severity: 'info',
        message: `The index cluster is yellow and recovering: ${plural(initializing, 'shard')} initializing`,
      }),
    ];
  const copies = `${plural(unassigned, 'shard')} ${unassigned === 1 ? 'has' : 'have'} no second copy`;
  return dataNodes === 1
    ? [
        found(place, 'index-cluster-yellow', {
          severity: 'info',
          message: `The index cluster is yellow: ${copies}, as there is only one data node. Set the index sets' replicas to 0`,
        }),
      ]
    : [
        found(place, 'index-cluster-yellow', {
          severity: 'warning',
          message: `The index cluster is yellow: ${copies}`,
        }),
      ];
}

export interface Refused {
  lastHour: number;
  newest?: Failures['newest'][number] | undefined;
}

export async function refused(graylog: Graylog, since: number): Promise<Refused> {
  const lastHour = await graylog.failureCount(since);
  return lastHour === 0
    ? { lastHour }
    : { lastHour, newest: (await graylog.failures(1).catch(() => undefined))?.newest[0] };
}

/** Messages of the last hour that OpenSearch refused. They are lost. */
export function failureFindings({ lastHour, newest }: Refused, place: Place): Finding[] {
  if (lastHour === 0) return [];
  return [
    found(place, 'indexing-failures', {
      severity: 'warning',
      message: `${plural(lastHour, 'message')} could not be indexed in the last hour and ${lastHour === 1 ? 'is' : 'are'} lost to searches`,
      ...(newest && { since: newest.at, evidence: oneLine(newest.reason, 300) }),
    }),
  ];
}
