import { messageOf, UnreachableError, UpstreamError } from '../../core/base/errors.ts';
import type { PowerWrites, Proxmox } from './client.ts';
import { askAtCurrentNode, guestTitle } from './lookup.ts';
import type { PowerChange } from './power-plan.ts';
import type { GuestStatus } from './schema/guest.ts';
import { hasFailed } from './schema/task.ts';

/** What a power order came to: `settled` when the guest was seen in the state it was meant to reach. */
export interface PowerOutcome {
  /** Only where there are several. */
  instance: string | undefined;
  vmid: number;
  name: string | undefined;
  type: PowerChange['type'];
  node: string;
  upid: string;
  /** `running`, or how it ended. */
  task: string;
  status: string;
  uptimeSeconds: number | undefined;
  settled: boolean;
}

type Goal = (status: GuestStatus) => boolean;

/** Gives the order and reports what was seen to come of it. Throws UpstreamError when its task fails, UnreachableError when it cannot be followed. */
export async function applyPower(
  cluster: Proxmox & PowerWrites,
  change: PowerChange,
): Promise<PowerOutcome> {
  // Asked once more although it was asked for the plan: the goal of a restart is another process than the one of now.
  const before = await cluster.guestStatus(change);
  const upid = await cluster.power(
    change,
    change.verb,
    change.overrule ? { 'overrule-shutdown': 1 } : undefined,
  );
  return follow(cluster, change, upid, goalOf(change, before));
}

/** A container is back when its reboot task ends. That of a VM ends before: the restart is over when another process runs. */
function goalOf({ verb, type }: PowerChange, before: GuestStatus): Goal {
  if (verb === 'start' || (verb === 'reboot' && type === 'lxc'))
    return ({ state }) => state === 'running';
  if (verb !== 'reboot') return ({ state }) => state === 'stopped';
  return (now) =>
    now.state === 'running' &&
    (now.pid !== before.pid || (now.uptimeSeconds ?? 0) < (before.uptimeSeconds ?? 0));
}

/** The latest that is known of an order under way. */
interface Progress {
  exit: string | undefined;
  status: GuestStatus | undefined;
  node: string;
  polls: number;
}

/** Follows the task, then the guest, until the goal is reached or the wait is over. HA and reboot tasks end early, so only the guest itself tells. */
async function follow(
  cluster: Proxmox,
  change: PowerChange,
  upid: string,
  isReached: Goal,
): Promise<PowerOutcome> {
  const latest: Progress = { exit: undefined, status: undefined, node: change.node, polls: 0 };
  const poll = async (): Promise<void> => {
    latest.exit ??= await cluster.taskExit(upid);
    await askAtCurrentNode(cluster, change, async (ref) => {
      latest.status = await cluster.guestStatus(ref);
      latest.node = ref.node;
    });
    latest.polls++;
    cluster.progress(
      `${guestTitle(change)}: task ${latest.exit ?? 'running'}, guest ${latest.status?.state ?? 'unknown'}`,
      latest.polls,
    );
  };
  const isOver = ({ exit, status }: Progress): boolean =>
    exit !== undefined && (hasFailed(exit) || (status !== undefined && isReached(status)));
  await cluster
    .until(poll, () => isOver(latest))
    .catch((error: unknown) => {
      throw new UnreachableError(
        `It was ordered, and then its task could not be followed: ${messageOf(error).message}. Task ${upid}`,
        { cause: error, sent: true },
      );
    });
  const { exit, status, node } = latest;
  if (exit !== undefined && hasFailed(exit)) throw taskFailure(change, upid, exit, status);
  return {
    instance: change.several ? change.instance : undefined,
    vmid: change.vmid,
    name: change.name,
    type: change.type,
    node,
    upid,
    task: exit ?? 'running',
    status: status?.state ?? 'unknown',
    uptimeSeconds: status?.uptimeSeconds,
    settled: exit !== undefined && status !== undefined && isReached(status),
  };
}

/** A task that failed, with the state it left the guest in. */
function taskFailure(
  change: PowerChange,
  upid: string,
  exit: string,
  status: GuestStatus | undefined,
): UpstreamError {
  const type = upid.split(':')[5] ?? 'task';
  const state = status?.state ?? 'in an unknown state';
  return new UpstreamError(
    `${type} of ${guestTitle(change)} failed: ${exit.replace(/\.+$/, '')}. It is ${state} now`,
    500,
    { hint: wayOutOf(change, exit, status) },
  );
}

/** Only these say that the guest was asked and did not shut down (QemuServer.pm, LXC.pm); whatever else a shutdown ends with is no fault of the guest. */
const ignoredShutdown = /VM quit\/powerdown failed|container did not stop/;

const reasons: readonly [RegExp, string][] = [
  [/can't lock file/, 'Another operation held its configuration: once that is over, try again.'],
  [
    /ha-manager|crm-command/,
    'The HA manager did not take the order: infra_overview and `ha-manager status` on a node show what is wrong with it.',
  ],
];

function wayOutOf(change: PowerChange, exit: string, status: GuestStatus | undefined): string {
  const { verb, vmid, instance, several } = change;
  const call = (tool: string, more: object = {}): string =>
    `${tool} ${JSON.stringify({ vmid, ...(several && { instance }), ...more })}`;
  const show = `${call('get_guest')} shows the log of the task.`;
  if (!ignoredShutdown.test(exit)) {
    const reason = reasons.find(([pattern]) => pattern.test(exit))?.[1];
    return reason ? `${reason} ${show}` : show;
  }
  if (status?.state !== 'running') return show;
  const restart = verb === 'reboot' ? ', then guest_start starts it again' : '';
  return `It did not react to the shutdown request. ${call('guest_stop', { force: true })} ends it at once${restart}.`;
}
