import type { Check, Finding } from '../../../core/health.ts';
import { plural } from '../../../core/units.ts';
import { oneLine } from '../../../core/untrusted.ts';
import type { Graylog } from '../client.ts';
import type { IndexCluster } from '../schema/indexer.ts';
import { found, type Place } from './place.ts';

/** `health` is undefined where OpenSearch does not answer Graylog. A lone data node has nowhere to put a second copy, so its yellow is only worth knowing. */
export async function clusterFindings(graylog: Graylog, health: IndexCluster | undefined, place: Place, check: Check): Promise<Finding[]> {
  if (!health) return [found(place, 'index-cluster-down', { severity: 'critical', message: 'OpenSearch does not answer Graylog: nothing can be stored or searched' })];
  const { status, unassigned, initializing } = health;
  if (status === 'red') return [found(place, 'index-cluster-red', { severity: 'critical', message: `The index cluster is red: ${plural(unassigned, 'shard')} unassigned, some messages can be neither found nor stored` })];
  if (status !== 'yellow') return [];
  if (initializing > 0) return [found(place, 'index-cluster-yellow', { severity: 'info', message: `The index cluster is yellow and recovering: ${plural(initializing, 'shard')} initializing` })];
  const dataNodes = await check('number of data nodes', graylog.dataNodes);
  const copies = `${plural(unassigned, 'shard')} ${unassigned === 1 ? 'has' : 'have'} no second copy`;
  return dataNodes === 1
    ? [found(place, 'index-cluster-yellow', { severity: 'info', message: `The index cluster is yellow: ${copies}, as there is only one data node. Set the index sets' replicas to 0` })]
    : [found(place, 'index-cluster-yellow', { severity: 'warning', message: `The index cluster is yellow: ${copies}` })];
}

/** Messages of the last hour that OpenSearch refused. They are lost. */
export async function failureFindings(graylog: Graylog, lastHour: number, place: Place, check: Check): Promise<Finding[]> {
  if (lastHour === 0) return [];
  const newest = (await check('newest indexing failure', () => graylog.failures(1)))?.newest[0];
  return [found(place, 'indexing-failures', {
    severity: 'warning',
    message: `${plural(lastHour, 'message')} could not be indexed in the last hour and ${lastHour === 1 ? 'is' : 'are'} lost to searches`,
    ...(newest && { since: newest.at, evidence: oneLine(newest.reason, 300) }),
  })];
}
