import type { Finding } from '../../../core/health.ts';
import { bytes, percent, plural } from '../../../core/base/units.ts';
import { finding, isPermitted, showGuest, showNode, type View } from './view.ts';

/** Nodes, quorum and high availability. A node that stands alone has no quorum to lose. */
export async function clusterFindings(view: View): Promise<Finding[]> {
  const cluster = isPermitted(view, '/', 'Sys.Audit')
    ? await view.check('quorum', async () => ({ quorum: await view.one.quorum() }))
    : undefined;
  const lost =
    cluster?.quorum && !cluster.quorum.quorate
      ? [
          finding(
            view,
            'no-quorum',
            'critical',
            cluster.quorum.name,
            `Cluster ${cluster.quorum.name} has no quorum: guests go on running, but nothing can be started or changed`,
            { next: { tool: 'infra_overview', arguments: { ...view.where } } },
          ),
        ]
      : [];
  return [
    ...lost,
    ...view.resources.nodes.flatMap((node) => [...away(view, node), ...outOfMemory(view, node)]),
    ...haErrors(view),
  ];
}

function away(view: View, { node, status }: View['resources']['nodes'][number]): Finding[] {
  if (view.mute.has(node))
    return [
      finding(
        view,
        'node-silent',
        'warning',
        node,
        `Node ${node} is online but reports nothing: its pvestatd hangs, mostly on a storage that does not answer, and the state of its guests and storages is unknown`,
        { next: showNode(view, node) },
      ),
    ];
  if (status === 'online') return [];
  const there = view.resources.guests.filter((guest) => guest.node === node && !guest.template);
  const ran = there.filter(({ lastStatus }) => lastStatus === 'running').length;
  const message =
    status === 'offline'
      ? `Node ${node} is offline, and ${plural(there.length, 'guest')} with it${ran > 0 ? ` (${ran} ran when last heard of)` : ''}`
      : `Node ${node} reports no state (${status}): its pvestatd may have stopped`;
  return [
    finding(view, 'node-offline', status === 'offline' ? 'critical' : 'warning', node, message, {
      next: { tool: 'list_guests', arguments: { node, ...view.where } },
    }),
  ];
}

function outOfMemory(
  view: View,
  { node, status, memoryBytes, memoryTotalBytes }: View['resources']['nodes'][number],
): Finding[] {
  if (
    status !== 'online' ||
    memoryBytes === undefined ||
    !memoryTotalBytes ||
    memoryBytes / memoryTotalBytes < view.one.settings.memoryWarn
  )
    return [];
  return [
    finding(
      view,
      'node-memory',
      'warning',
      node,
      `Node ${node} uses ${percent(memoryBytes / memoryTotalBytes)} of its memory, ${bytes(memoryTotalBytes - memoryBytes)} left`,
      { next: showNode(view, node) },
    ),
  ];
}

const broken: Readonly<Record<string, string>> = {
  error: 'HA gave up on it and leaves it alone until it is set to disabled and then started again',
  fence: 'its node is being fenced',
  recovery: 'HA looks for a node that can take it and has found none yet',
};

/** Told by the HA manager; without the right to ask it, by the state in the cluster's list. */
function haErrors(view: View): Finding[] {
  const states =
    view.haServices?.map(({ sid, state }) => ({ sid, state, vmid: Number(sid.split(':')[1]) })) ??
    view.resources.guests.flatMap(({ vmid, type, ha }) =>
      ha === undefined ? [] : [{ sid: `${type === 'lxc' ? 'ct' : 'vm'}:${vmid}`, state: ha, vmid }],
    );
  return states.flatMap(({ sid, state, vmid }) => {
    const meaning = broken[state];
    return meaning === undefined
      ? []
      : [
          finding(
            view,
            'ha-error',
            'critical',
            sid,
            `HA resource ${sid} is in state ${state}: ${meaning}`,
            { next: showGuest(view, vmid) },
          ),
        ];
  });
}
