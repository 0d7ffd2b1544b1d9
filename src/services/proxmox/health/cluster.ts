import { bytes, percent, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import type { Node } from '../schema/resources.ts';
import { isPermitted, type Checkup } from './checkup.ts';
import { finding, instanceArgument, showGuest, showNode, showOverview } from './finding.ts';

/** Nodes, quorum and high availability, as the cluster tells them. */
export async function clusterFindings(checkup: Checkup): Promise<Finding[]> {
  return [
    ...(await quorumFindings(checkup)),
    ...checkup.resources.nodes.flatMap((node) => [
      ...awayFindings(checkup, node),
      ...memoryFindings(checkup, node),
    ]),
    ...haFindings(checkup),
  ];
}

/** A node that stands alone has no quorum to lose. */
async function quorumFindings(checkup: Checkup): Promise<Finding[]> {
  if (!isPermitted(checkup, '/', 'Sys.Audit')) return [];
  const quorum = await checkup.check('quorum', () => checkup.cluster.quorum());
  if (!quorum || quorum.quorate) return [];
  return [
    finding(
      checkup,
      'no-quorum',
      'critical',
      quorum.name,
      `Cluster ${quorum.name} has no quorum: guests go on running, but nothing can be started or changed`,
      { next: showOverview(checkup) },
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
        { next: showNode(checkup, node) },
      ),
    ];
  if (status === 'online') return [];
  const isOffline = status === 'offline';
  const message = isOffline
    ? offlineMessage(checkup, node)
    : `Node ${node} reports no state (${status}): its pvestatd may have stopped`;
  return [
    finding(checkup, 'node-offline', isOffline ? 'critical' : 'warning', node, message, {
      next: { tool: 'list_guests', arguments: { node, ...instanceArgument(checkup) } },
    }),
  ];
}

function offlineMessage({ resources }: Checkup, node: string): string {
  const guests = resources.guests.filter((guest) => guest.node === node && !guest.template);
  const ran = guests.filter(({ lastStatus }) => lastStatus === 'running').length;
  const lastHeard = ran > 0 ? ` (${ran} ran when last heard of)` : '';
  return `Node ${node} is offline, and ${plural(guests.length, 'guest')} with it${lastHeard}`;
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
      { next: showNode(checkup, node) },
    ),
  ];
}

const haFailures: Readonly<Record<string, string>> = {
  error: 'HA gave up on it and leaves it alone until it is set to disabled and then started again',
  fence: 'its node is being fenced',
  recovery: 'HA looks for a node that can take it and has found none yet',
};

/** Told by the HA manager; without the right to ask it, by the state in the cluster's list. */
function haFindings(checkup: Checkup): Finding[] {
  const services = checkup.haServices ?? listedHaServices(checkup);
  return services.flatMap(({ sid, state }) => {
    const meaning = haFailures[state];
    if (meaning === undefined) return [];
    return [
      finding(
        checkup,
        'ha-error',
        'critical',
        sid,
        `HA resource ${sid} is in state ${state}: ${meaning}`,
        { next: showGuest(checkup, Number(sid.split(':')[1])) },
      ),
    ];
  });
}

const listedHaServices = ({ resources }: Checkup): { sid: string; state: string }[] =>
  resources.guests.flatMap(({ vmid, type, ha }) =>
    ha === undefined ? [] : [{ sid: `${type === 'lxc' ? 'ct' : 'vm'}:${vmid}`, state: ha }],
  );
