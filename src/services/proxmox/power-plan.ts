import { InputError } from '../../core/base/errors.ts';
import type { NothingToDo, Plan } from '../../core/gate/gate.ts';
import type { Clusters, Verb } from './client.ts';
import { guestStateOf, type GuestState } from './guest-state.ts';
import { grantCommand } from './rights.ts';
import type { GuestRef } from './schema/resources.ts';

/** What a person wants of a guest; `stop` is clean, `kill` pulls the plug. */
export type PowerRequest = 'start' | 'stop' | 'kill' | 'restart';

/** All that is needed to do it; `overrule` ends a clean shutdown that is already waiting. */
export type PowerChange = {
  instance: string;
  node: string;
  type: GuestRef['type'];
  vmid: number;
  name: string | undefined;
  verb: Verb;
  overrule: boolean;
};

const verbs = {
  start: 'start',
  stop: 'shutdown',
  kill: 'stop',
  restart: 'reboot',
} as const satisfies Record<PowerRequest, Verb>;
const phrases = {
  start: 'start',
  stop: 'shut down',
  kill: 'stop at once, without shutdown,',
  restart: 'restart',
} as const satisfies Record<PowerRequest, string>;

/** Decides what a request means for a guest as it is now. Throws InputError when it cannot be done, and says what can. */
export async function planPower(
  clusters: Clusters,
  idOrName: string,
  request: PowerRequest,
): Promise<Plan<PowerChange> | NothingToDo> {
  const state = await guestStateOf(clusters, idOrName);
  const { guest, title, status, config, activeTask } = state;
  const target = `proxmox/${guest.instance}/${guest.vmid}`;
  if (request === 'start' && status.state === 'running')
    return { already: `${title} is already running on ${guest.node}.`, target };
  if ((request === 'stop' || request === 'kill') && status.state === 'stopped')
    return { already: `${title} is already stopped on ${guest.node}.`, target };
  const obstacle = obstacleTo(request, state);
  if (obstacle) throw new InputError(`${title} ${obstacle.problem}`, { hint: obstacle.hint });
  const { instance, node, type, vmid, name } = guest;
  const self = { vmid, ...(clusters.several && { instance }) };
  return {
    summary: `${phrases[request]} ${title} on ${node}`,
    target,
    labels: [
      `vmid:${vmid}`,
      `node:${node}`,
      ...(name ? [`name:${name}`] : []),
      ...(guest.pool ? [`pool:${guest.pool}`] : []),
      ...config.tags.map((tag) => `tag:${tag}`),
    ],
    before: { status: status.state, node, lock: status.lock ?? null, ha: status.ha ?? null },
    change: {
      instance,
      node,
      type,
      vmid,
      name,
      verb: verbs[request],
      // The HA manager refuses the option.
      overrule: request === 'kill' && activeTask !== undefined && status.ha === undefined,
    },
    undo: undoOf(request, self),
    warnings: warningsOf(request, state),
  };
}

function undoOf(request: PowerRequest, self: { vmid: number; instance?: string }): Plan['undo'] {
  if (request === 'start') return { tool: 'guest_stop', arguments: self };
  return request === 'restart'
    ? { none: 'a restart cannot be taken back' }
    : { tool: 'guest_start', arguments: self };
}

/** `problem` completes the sentence "LXC 101 (web) …". */
interface Obstacle {
  problem: string;
  hint: string;
}

/** What would make the task fail, told before it is started. */
function obstacleTo(
  request: PowerRequest,
  { guest: { type, vmid }, status: { state, lock, template }, activeTask }: GuestState,
): Obstacle | undefined {
  if (template)
    return {
      problem: 'is a template: it never runs',
      hint: 'Make a clone of it in Proxmox VE and start that.',
    };
  if (request === 'restart' && state === 'stopped')
    return {
      problem: 'is not running, so it cannot be restarted',
      hint: `guest_start {"vmid":${vmid}} starts it.`,
    };
  if (lock && !(request === 'start' && lock === 'suspended')) {
    const command = type === 'lxc' ? 'pct' : 'qm';
    return {
      problem: `is locked (${lock}): Proxmox VE refuses to ${request === 'kill' ? 'stop' : request} it`,
      hint: `get_guest shows the task that holds it. If none does, \`${command} unlock ${vmid}\` on its node removes the lock.`,
    };
  }
  if (request === 'kill') return undefined;
  if (state !== 'running' && state !== 'stopped') {
    const storage = state === 'io-error' ? 'Free space on its storage first. ' : '';
    return {
      problem: `is ${state}: it runs, but does not react`,
      hint: `${storage}\`qm resume ${vmid}\` on its node lets it go on; guest_stop with force=true ends it.`,
    };
  }
  if (!activeTask) return undefined;
  const force = request === 'stop' ? ' guest_stop with force=true ends it at once.' : '';
  return {
    problem: `is busy: ${activeTask.type} by ${activeTask.user} is running`,
    hint: `get_guest {"vmid":${vmid}} shows it.${force}`,
  };
}

function warningsOf(
  request: PowerRequest,
  { guest: { vmid, type }, status: { ha, lock }, config, mayPower, cluster }: GuestState,
): string[] {
  const isClean = request === 'stop' || request === 'restart';
  return [
    !mayPower &&
      `The token lacks VM.PowerMgmt on /vms/${vmid}, so Proxmox VE will refuse. On a node, as root: ${grantCommand('VM.PowerMgmt', cluster.settings.tokenId)}`,
    request === 'kill' && 'Like pulling the plug: what the guest has not written yet is lost.',
    isClean &&
      type === 'qemu' &&
      !config.agent &&
      'Its guest agent is not enabled: it shuts down only if it reacts to the ACPI power button.',
    request === 'restart' &&
      type === 'lxc' &&
      'A container that does not stop within 60 s is killed.',
    request === 'start' && lock === 'suspended' && 'It is hibernated and goes on where it was.',
    ha &&
      request !== 'restart' &&
      `HA manages it (${ha}): the order goes to the HA manager, which acts within about a minute and keeps the guest ${request === 'start' ? 'started' : 'stopped'} from then on.`,
  ].filter((warning) => typeof warning === 'string');
}
