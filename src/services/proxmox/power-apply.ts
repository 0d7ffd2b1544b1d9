import { UnreachableError, UpstreamError, messageOf } from '../../core/base/errors.ts';
import type { PowerWrites, Proxmox } from './client.ts';
import { guestTitle, askAtCurrentNode } from './lookup.ts';
import type { PowerChange } from './power-plan.ts';
import type { GuestStatus } from './schema/guest.ts';
import { hasFailed } from './schema/task.ts';

/** What a power order came to: `settled` when the guest was seen in the state it was meant to reach. */
export interface Outcome {
  vmid: number;
  name: string | undefined;
  type: PowerChange['type'];
  node: string;
  upid: string;
  task: string;
  status: string;
  uptimeSeconds: number | undefined;
  settled: boolean;
}

/** A container is back when its reboot task ends. That of a VM ends before: the restart is over when another process runs. */
function goal({ verb, type }: PowerChange, before: GuestStatus): (now: GuestStatus) => boolean {
  if (verb === 'start' || (verb === 'reboot' && type === 'lxc'))
    return ({ state }) => state === 'running';
  if (verb !== 'reboot') return ({ state }) => state === 'stopped';
  return (now) =>
    now.state === 'running' &&
    (now.pid !== before.pid || (now.uptimeSeconds ?? 0) < (before.uptimeSeconds ?? 0));
}

/** Gives the order and reports what was seen to come of it. */
export async function applyPower(one: Proxmox & PowerWrites, order: PowerChange): Promise<Outcome> {
  const before = await one.guestStatus(order);
  const upid = await one.power(
    order,
    order.verb,
    order.overrule ? { 'overrule-shutdown': 1 } : undefined,
  );
  return follow(one, order, upid, goal(order, before));
}

/** Follows the task, then the guest, until it is as wanted or the wait is over. HA and reboot tasks end early, so only the guest itself tells. */
async function follow(
  one: Proxmox,
  order: PowerChange,
  upid: string,
  isReached: (now: GuestStatus) => boolean,
): Promise<Outcome> {
  const seen: { exit?: string | undefined; status?: GuestStatus; node: string; polls: number } = {
    node: order.node,
    polls: 0,
  };
  const look = async (): Promise<void> => {
    seen.exit ??= await one.taskExit(upid);
    await askAtCurrentNode(one, order, async (at) => {
      Object.assign(seen, { status: await one.guestStatus(at), node: at.node });
    });
    one.progress(
      `${guestTitle(order)}: task ${seen.exit ?? 'running'}, guest ${seen.status?.state ?? 'unknown'}`,
      ++seen.polls,
    );
  };
  await one
    .until(
      look,
      () =>
        seen.exit !== undefined &&
        (hasFailed(seen.exit) || (seen.status !== undefined && isReached(seen.status))),
    )
    .catch((error: unknown) => {
      throw new UnreachableError(
        `It was ordered, and then its task could not be followed: ${messageOf(error).message}. Task ${upid}`,
        { cause: error, sent: true },
      );
    });
  const { exit, status, node } = seen;
  if (exit !== undefined && hasFailed(exit)) throw failure(order, upid, exit, status);
  return {
    vmid: order.vmid,
    name: order.name,
    type: order.type,
    node,
    upid,
    task: exit ?? 'running',
    status: status?.state ?? 'unknown',
    uptimeSeconds: status?.uptimeSeconds,
    settled: exit !== undefined && status !== undefined && isReached(status),
  };
}

/** A task that failed, with the state it left the guest in. */
function failure(
  order: PowerChange,
  upid: string,
  exit: string,
  status: GuestStatus | undefined,
): UpstreamError {
  const type = upid.split(':')[5] ?? 'task';
  const deaf = order.verb === 'shutdown' || order.verb === 'reboot';
  const way =
    deaf && status?.state === 'running'
      ? `It did not react to the shutdown request. guest_stop {"vmid":${order.vmid},"force":true} ends it at once${order.verb === 'reboot' ? ', then guest_start starts it again' : ''}.`
      : `get_guest {"vmid":${order.vmid}} shows the log of the task.`;
  return new UpstreamError(
    `${type} of ${guestTitle(order)} failed: ${exit}. It is ${status?.state ?? 'in an unknown state'} now`,
    500,
    { hint: way },
  );
}
