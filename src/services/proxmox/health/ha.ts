import type { Finding } from '../../../core/health.ts';
import { showGuest, showNode, showOverview } from '../calls.ts';
import { masterProblem, type HaStatus } from '../schema/cluster.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofCluster, ofGuests, ofNode } from './finding.ts';

const haFailures: Readonly<Record<string, string>> = {
  error: 'HA gave up on it and leaves it alone until it is set to disabled and then started again',
  fence: 'its node is being fenced',
  recovery: 'HA looks for a node that can take it and has found none yet',
};

/** Told by the HA manager; without the right to ask it, by the state in the cluster's list. */
export function haFindings(checkup: Checkup): Finding[] {
  const services = checkup.ha?.services ?? listedServices(checkup);
  return services.flatMap(({ sid, state }) => {
    const meaning = haFailures[state];
    if (meaning === undefined) return [];
    const vmid = Number(sid.split(':')[1]);
    return [
      finding(
        checkup,
        'ha-error',
        'critical',
        sid,
        `HA resource ${sid} is in state ${state}: ${meaning}`,
        {
          about: ofGuests(checkup, vmid),
          effect: isRunning(checkup, vmid) ? 'degrades' : 'stops',
          next: showGuest(checkup, vmid),
        },
      ),
    ];
  });
}

const isRunning = ({ resources }: Checkup, vmid: number): boolean =>
  resources.guests.some((guest) => guest.vmid === vmid && guest.status === 'running');

const listedServices = ({ resources }: Checkup): { sid: string; state: string }[] =>
  resources.guests.flatMap(({ vmid, type, ha }) =>
    ha === undefined ? [] : [{ sid: `${type === 'lxc' ? 'ct' : 'vm'}:${vmid}`, state: ha }],
  );

/** Whether HA has guests to look after. */
const isUsed = ({ services }: HaStatus): boolean =>
  services.some(({ requested, state }) => requested !== 'ignored' && state !== 'ignored');

/** A manager that has stopped moves no guest of a node that dies, and shows no error while nothing happens. The agent of a node that is away is away with it. */
export function haStackFindings(checkup: Checkup): Finding[] {
  const { ha, resources } = checkup;
  if (!ha || !isUsed(ha)) return [];
  const problem = masterProblem(ha);
  if (problem !== undefined)
    return [
      finding(
        checkup,
        'ha-manager-dead',
        'critical',
        'master',
        `The HA manager does not work (${problem}): no guest is moved when its node fails, and orders to guests under HA are not carried out`,
        { about: ofCluster(checkup), effect: 'degrades', next: showOverview(checkup) },
      ),
    ];
  const online = new Set(
    resources.nodes.filter(({ status }) => status === 'online').map(({ node }) => node),
  );
  return ha.agents.flatMap(({ node, problem: reason }) => {
    if (reason === undefined || !online.has(node)) return [];
    return [
      finding(
        checkup,
        'ha-agent-dead',
        'warning',
        node,
        `The HA agent of ${node} does not work (${reason}): guests under HA are neither started nor stopped there`,
        { about: ofNode(checkup, node), effect: 'degrades', next: showNode(checkup, node) },
      ),
    ];
  });
}
