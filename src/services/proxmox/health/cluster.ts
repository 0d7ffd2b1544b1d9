import { bytes, percent, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { instanceArgument, showNode, showOverview } from '../calls.ts';
import type { Node } from '../schema/resources.ts';
import { isPermitted } from '../rights.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofCluster, ofNode } from './finding.ts';
import { haFindings, haStackFindings } from './ha.ts';

/** Nodes, quorum and high availability, as the cluster tells them. */
export function clusterFindings(checkup: Checkup): Finding[] {
  const quorum = quorumFindings(checkup);
  return [
    ...quorum,
    ...checkup.resources.nodes.flatMap((node) => [
      ...awayFindings(checkup, node),
      ...memoryFindings(checkup, node),
    ]),
    ...haFindings(checkup),
    // Without quorum nobody keeps the HA manager's status: that it looks dead is no news.
    ...(quorum.length > 0 ? [] : haStackFindings(checkup)),
  ];
}

/** A node that stands alone has no quorum to lose. */
function quorumFindings(checkup: Checkup): Finding[] {
  const quorum = checkup.status?.quorum;
  if (!quorum || quorum.quorate) return [];
  return [
    finding(
      checkup,
      'no-quorum',
      'critical',
      quorum.name,
      `Cluster ${quorum.name} has no quorum: guests go on running, but nothing can be started or changed`,
      { about: ofCluster(checkup), effect: 'degrades', next: showOverview(checkup) },
    ),
  ];
}

function awayFindings(checkup: Checkup, { node, status }: Node): Finding[] {
  if (checkup.silentNodes.has(node))
    return [
      finding(
        checkup,
        'node-silent',
        'warning',
        node,
        `Node ${node} is online but reports nothing: its pvestatd hangs, mostly on a storage that does not answer, and the state of its guests and storages is unknown`,
        { about: ofNode(checkup, node), effect: 'degrades', next: showNode(checkup, node) },
      ),
    ];
  if (status === 'online') return [];
  const isOffline = status === 'offline';
  const message = isOffline
    ? offlineMessage(checkup, node)
    : `Node ${node} reports no state (${status}): its pvestatd may have stopped`;
  return [
    finding(checkup, 'node-offline', isOffline ? 'critical' : 'warning', node, message, {
      about: ofNode(checkup, node),
      effect: isOffline ? 'stops' : 'degrades',
      next: { tool: 'list_guests', arguments: { node, ...instanceArgument(checkup) } },
    }),
  ];
}

/** A token that may not see all guests cannot count those of a node. */
function offlineMessage(checkup: Checkup, node: string): string {
  const guests = checkup.resources.guests.filter((guest) => guest.node === node && !guest.template);
  const ran = guests.filter(({ lastStatus }) => lastStatus === 'running').length;
  const lastHeard = ran > 0 ? ` (${ran} ran when last heard of)` : '';
  if (isPermitted(checkup, '/vms', 'VM.Audit'))
    return `Node ${node} is offline, and ${plural(guests.length, 'guest')} with it${lastHeard}`;
  return guests.length === 0
    ? `Node ${node} is offline; the token may not see which guests are on it`
    : `Node ${node} is offline, and at least ${plural(guests.length, 'guest')} with it${lastHeard}, as far as the token may see`;
}

function memoryFindings(
  checkup: Checkup,
  { node, status, memoryBytes, memoryTotalBytes }: Node,
): Finding[] {
  if (status !== 'online' || memoryBytes === undefined || !memoryTotalBytes) return [];
  const share = memoryBytes / memoryTotalBytes;
  if (share < checkup.cluster.settings.memoryWarn) return [];
  return [
    finding(
      checkup,
      'node-memory',
      'warning',
      node,
      `Node ${node} uses ${percent(share)} of its memory, ${bytes(memoryTotalBytes - memoryBytes)} left`,
      {
        about: ofNode(checkup, node),
        effect: 'risk',
        meaning: 'memory',
        next: showNode(checkup, node),
      },
    ),
  ];
}
