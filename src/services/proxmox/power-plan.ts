import { InputError } from '../../core/base/errors.ts';
import type { NothingToDo, Plan } from '../../core/gate/gate.ts';
import type { Clusters, Verb } from './client.ts';
import { grantCommand } from './rights.ts';
import { guestStateOf, type GuestState } from './guest-state.ts';
import type { GuestRef } from './schema/resources.ts';

/** What a person wants of a guest; `stop` is clean, `kill` pulls the plug. */
export type PowerRequest = 'start' | 'stop' | 'kill' | 'restart';

/** All that is needed to do it. */
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
const words = {
  start: 'start',
  stop: 'shut down',
  kill: 'stop at once, without shutdown,',
  restart: 'restart',
} as const;

/** Decides what a wish means for a guest as it is now. Throws when it cannot be done, and says what can. */
export async function planPower(
  clusters: Clusters,
  wanted: string,
  wish: PowerRequest,
): Promise<Plan<PowerChange> | NothingToDo> {
  const it = await guestStateOf(clusters, wanted);
  const { guest, title, status, active } = it;
  const target = `proxmox/${guest.instance}/${guest.vmid}`;
  const stopped = status.state === 'stopped';
  if (wish === 'start' && status.state === 'running')
    return { already: `${title} is already running on ${guest.node}.`, target };
  if ((wish === 'stop' || wish === 'kill') && stopped)
    return { already: `${title} is already stopped on ${guest.node}.`, target };
  const refused = obstacle(wish, it);
  if (refused) throw new InputError(`${title} ${refused[0]}`, { hint: refused[1] });
  const { instance, node, type, vmid, name } = guest;
  const self = { vmid, ...(clusters.names.length > 1 && { instance }) };
  return {
    summary: `${words[wish]} ${title} on ${node}`,
    target,
    labels: [
      `vmid:${vmid}`,
      `node:${node}`,
      ...(name ? [`name:${name}`] : []),
      ...(guest.pool ? [`pool:${guest.pool}`] : []),
      ...it.config.tags.map((tag) => `tag:${tag}`),
    ],
    before: { status: status.state, node, lock: status.lock ?? null, ha: status.ha ?? null },
    // The HA manager refuses the option; elsewhere it ends a clean shutdown that is already waiting.
    change: {
      instance,
      node,
      type,
      vmid,
      name,
      verb: verbs[wish],
      overrule: wish === 'kill' && active !== undefined && status.ha === undefined,
    },
    undo: undo(wish, self),
    warnings: warnings(wish, it),
  };
}

function undo(wish: PowerRequest, self: { vmid: number; instance?: string }): Plan['undo'] {
  if (wish === 'start') return { tool: 'guest_stop', arguments: self };
  return wish === 'restart'
    ? { none: 'a restart cannot be taken back' }
    : { tool: 'guest_start', arguments: self };
}

type Obstacle = [problem: string, way: string];

/** What would make the task fail, told before it is started. */
function obstacle(
  wish: PowerRequest,
  { guest: { type, vmid }, status: { state, lock, template }, active }: GuestState,
): Obstacle | undefined {
  const command = type === 'lxc' ? 'pct' : 'qm';
  if (template)
    return ['is a template: it never runs', 'Make a clone of it in Proxmox VE and start that.'];
  if (wish === 'restart' && state === 'stopped')
    return ['is not running, so it cannot be restarted', `guest_start {"vmid":${vmid}} starts it.`];
  if (lock && !(wish === 'start' && lock === 'suspended'))
    return [
      `is locked (${lock}): Proxmox VE refuses to ${wish === 'kill' ? 'stop' : wish} it`,
      `get_guest shows the task that holds it. If none does, \`${command} unlock ${vmid}\` on its node removes the lock.`,
    ];
  if (state !== 'running' && state !== 'stopped' && wish !== 'kill')
    return [
      `is ${state}: it runs, but does not react`,
      `${state === 'io-error' ? 'Free space on its storage first. ' : ''}\`qm resume ${vmid}\` on its node lets it go on; guest_stop with force=true ends it.`,
    ];
  if (active && wish !== 'kill')
    return [
      `is busy: ${active.type} by ${active.user} is running`,
      `get_guest {"vmid":${vmid}} shows it.${wish === 'stop' ? ' guest_stop with force=true ends it at once.' : ''}`,
    ];
  return undefined;
}

function warnings(
  wish: PowerRequest,
  { guest: { vmid, type }, status: { ha, lock }, config, mayPower, one: { settings } }: GuestState,
): string[] {
  const clean = wish === 'stop' || wish === 'restart';
  return [
    !mayPower &&
      `The token lacks VM.PowerMgmt on /vms/${vmid}, so Proxmox VE will refuse. On a node, as root: ${grantCommand('VM.PowerMgmt', settings.tokenId)}`,
    wish === 'kill' && 'Like pulling the plug: what the guest has not written yet is lost.',
    clean &&
      type === 'qemu' &&
      !config.agent &&
      'Its guest agent is not enabled: it shuts down only if it reacts to the ACPI power button.',
    wish === 'restart' && type === 'lxc' && 'A container that does not stop within 60 s is killed.',
    wish === 'start' && lock === 'suspended' && 'It is hibernated and goes on where it was.',
    ha &&
      wish !== 'restart' &&
      `HA manages it (${ha}): the order goes to the HA manager, which acts within about a minute and keeps the guest ${wish === 'start' ? 'started' : 'stopped'} from then on.`,
  ].filter((warning) => typeof warning === 'string');
}
