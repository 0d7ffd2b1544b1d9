import type { Finding } from '../../../core/health.ts';
import { bytes, percent, plural } from '../../../core/base/units.ts';
import { finding, isPermitted, showGuest, showNode, type Checkup } from './checkup.ts';

/** Nodes, quorum and high availability. A node that stands alone has no quorum to lose. */
export async function clusterFindings(checkup: Checkup): Promise<Finding[]> {
  const cluster = isPermitted(checkup, '/', 'Sys.Audit')
    ? await checkup.check('quorum', async () => ({ quorum: await checkup.one.quorum() }))
    : undefined;
  const lost =
    cluster?.quorum && !cluster.quorum.quorate
      ? [
          finding(
            checkup,
            'no-quorum',
            'critical',
            cluster.quorum.name,
            `Cluster ${cluster.quorum.name} has no quorum: guests go on running, but nothing can be started or changed`,
            { next: { tool: 'infra_overview', arguments: { ...checkup.where } } },
          ),
        ]
      : [];
  return [
    ...lost,
    ...checkup.resources.nodes.flatMap((node) => [
      ...away(checkup, node),
      ...outOfMemory(checkup, node),
    ]),
    ...haErrors(checkup),
  ];
}

function away(
  checkup: Checkup,
  { node, status }: Checkup['resources']['nodes'][number],
): Finding[] {
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
  const there = checkup.resources.guests.filter((guest) => guest.node === node && !guest.template);
  const ran = there.filter(({ lastStatus }) => lastStatus === 'running').length;
  const message =
    status === 'offline'
      ? `Node ${node} is offline, and ${plural(there.length, 'guest')} with it${ran > 0 ? ` (${ran} ran when last heard of)` : ''}`
      : `Node ${node} reports no state (${status}): its pvestatd may have stopped`;
  return [
    finding(checkup, 'node-offline', status === 'offline' ? 'critical' : 'warning', node, message, {
      next: { tool: 'list_guests', arguments: { node, ...checkup.where } },
    }),
  ];
}

function outOfMemory(
  checkup: Checkup,
  { node, status, memoryBytes, memoryTotalBytes }: Checkup['resources']['nodes'][number],
): Finding[] {
  if (
    status !== 'online' ||
    memoryBytes === undefined ||
    !memoryTotalBytes ||
    memoryBytes / memoryTotalBytes < checkup.one.settings.memoryWarn
  )
    return [];
  return [
    finding(
      checkup,
      'node-memory',
      'warning',
      node,
      `Node ${node} uses ${percent(memoryBytes / memoryTotalBytes)} of its memory, ${bytes(memoryTotalBytes - memoryBytes)} left`,
      { next: showNode(checkup, node) },
    ),
  ];
}

const broken: Readonly<Record<string, string>> = {
  error: 'HA gave up on it and leaves it alone until it is set to disabled and then started again',
  fence: 'its node is being fenced',
  recovery: 'HA looks for a node that can take it and has found none yet',
};

/** Told by the HA manager; without the right to ask it, by the state in the cluster's list. */
function haErrors(checkup: Checkup): Finding[] {
  const states =
    checkup.haServices?.map(({ sid, state }) => ({
      sid,
      state,
      vmid: Number(sid.split(':')[1]),
    })) ??
    checkup.resources.guests.flatMap(({ vmid, type, ha }) =>
      ha === undefined ? [] : [{ sid: `${type === 'lxc' ? 'ct' : 'vm'}:${vmid}`, state: ha, vmid }],
    );
  return states.flatMap(({ sid, state, vmid }) => {
    const meaning = broken[state];
    return meaning === undefined
      ? []
      : [
          finding(
            checkup,
            'ha-error',
            'critical',
            sid,
            `HA resource ${sid} is in state ${state}: ${meaning}`,
            { next: showGuest(checkup, vmid) },
          ),
        ];
  });
}
