import { InputError } from '../../core/base/errors.ts';
import type { NothingToDo, Plan } from '../../core/gate/gate.ts';
import type { Clusters, Verb } from './client.ts';
import type { LocatedGuest } from './lookup.ts';
import { guestStateOf, type GuestState } from './guest-state.ts';
import { refOfGuest } from './refs.ts';
import { grantCommand } from './rights.ts';
import { masterProblem, type HaStatus } from './schema/cluster.ts';
import type { GuestStatus } from './schema/guest.ts';
import type { GuestRef } from './schema/resources.ts';

/** What a person wants of a guest; `stop` is clean, `kill` pulls the plug. */
export type PowerRequest = 'start' | 'stop' | 'kill' | 'restart';

/** All that is needed to do it; `overrule` ends a clean shutdown that is already waiting. */
export type PowerChange = {
  instance: string;
  /** Whether it takes the instance to name the guest. */
  several: boolean;
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
    return { already: `${title} is already running on ${placeOf(clusters, guest)}.`, target };
  if ((request === 'stop' || request === 'kill') && status.state === 'stopped')
    return { already: `${title} is already stopped on ${placeOf(clusters, guest)}.`, target };
  const obstacle = obstacleTo(request, state, callOf(clusters, guest));
  if (obstacle) throw new InputError(`${title} ${obstacle.problem}`, { hint: obstacle.hint });
  const { instance, node, type, vmid } = guest;
  const name = guest.name ?? status.name;
  const { several } = clusters;
  const self = { vmid, ...(several && { instance }) };
  return {
    summary: `${phrases[request]} ${title} on ${node}${several ? ` in ${instance}` : ''}`,
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
      several,
      node,
      type,
      vmid,
      name,
      verb: verbs[request],
      // The HA manager refuses the option.
      overrule: request === 'kill' && activeTask !== undefined && status.ha === undefined,
    },
    undo: undoOf(request, self, status),
    warnings: warningsOf(request, state),
    ...(request !== 'start' && { about: [refOfGuest(instance, vmid)] }),
  };
}

/** What was there before is more than running or stopped: a saved memory is used up by the start, and a VM that was halted does not start so. */
function undoOf(
  request: PowerRequest,
  self: { vmid: number; instance?: string },
  { lock, state }: Pick<GuestStatus, 'lock' | 'state'>,
): Plan['undo'] {
  if (request === 'start' && lock === 'suspended')
    return { none: 'it is hibernated, and stopping it does not bring that back' };
  if (request === 'kill' && state !== 'running')
    return { none: `guest_start starts it anew, not ${state} as it was` };
  if (request === 'start') return { tool: 'guest_stop', arguments: self };
  return request === 'restart'
    ? { none: 'a restart cannot be taken back' }
    : { tool: 'guest_start', arguments: self };
}

/** A call about the guest, with all that it takes to name it. */
type CallText = (tool: string) => string;

const callOf =
  ({ several }: Clusters, { vmid, instance }: LocatedGuest): CallText =>
  (tool) =>
    `${tool} ${JSON.stringify({ vmid, ...(several && { instance }) })}`;

const placeOf = ({ several }: Clusters, { node, instance }: LocatedGuest): string =>
  several ? `${node} in ${instance}` : node;

/** `problem` completes the sentence "LXC 101 (web) …". */
interface Obstacle {
  problem: string;
  hint: string;
}

/** What would make the task fail, told before it is started. */
function obstacleTo(
  request: PowerRequest,
  { guest: { type, vmid }, status: { state, lock, template, ha }, activeTask }: GuestState,
  call: CallText,
): Obstacle | undefined {
  if (template)
    return {
      problem: 'is a template: it never runs',
      hint: 'Make a clone of it in Proxmox VE and start that.',
    };
  if (request === 'restart' && state === 'stopped')
    return {
      problem: 'is not running, so it cannot be restarted',
      hint: `${call('guest_start')} starts it.`,
    };
  if (lock && !(request === 'start' && lock === 'suspended')) {
    const command = type === 'lxc' ? 'pct' : 'qm';
    return {
      problem: `is locked (${lock}): Proxmox VE refuses to ${request === 'kill' ? 'stop' : request} it`,
      hint: `${call('get_guest')} shows the task that holds it. If none does, \`${command} unlock ${vmid}\` on its node removes the lock.`,
    };
  }
  if (ha === 'error' && request !== 'restart') {
    const sid = `${type === 'lxc' ? 'ct' : 'vm'}:${vmid}`;
    return {
      problem:
        'is in the HA state error: HA gave up on it and carries out no order until that is cleared',
      hint: `\`ha-manager set ${sid} --state disabled\` on a node clears it, once what made it fail is mended; then start it.`,
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
    hint: `${call('get_guest')} shows it.${force}`,
  };
}

function warningsOf(
  request: PowerRequest,
  { guest, status, config, mayPower, seesPools, cluster, ha }: GuestState,
): string[] {
  const { vmid, type } = guest;
  const { lock } = status;
  const isClean = request === 'stop' || request === 'restart';
  const poolWarning =
    guest.pool === undefined &&
    !seesPools &&
    'The token may not see pools: a rule of LARES_PROTECT for one cannot hold here.';
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
    poolWarning,
    request === 'start' && lock === 'suspended' && 'It is hibernated and goes on where it was.',
    request !== 'restart' && status.ha !== undefined && haWarning(request, status.ha, ha),
  ].filter((warning) => typeof warning === 'string');
}

/** What the HA manager will make of an order, as far as it can be asked. */
function haWarning(
  request: Exclude<PowerRequest, 'restart'>,
  state: string,
  ha: HaStatus | undefined,
): string {
  const goal = request === 'start' ? 'started' : 'stopped';
  const dead = ha && masterProblem(ha);
  if (dead !== undefined)
    return `HA manages it (${state}), and its manager does not work (${dead}): the order is filed, and nothing happens before the manager works again. Then it keeps the guest ${goal}.`;
  if (goal === 'stopped' && (state === 'stopped' || state === 'disabled'))
    return `HA manages it and counts it as ${state} already, so that the order may change nothing.`;
  return `HA manages it (${state}): the order goes to the HA manager, which acts within about a minute and keeps the guest ${goal} from then on.`;
}
