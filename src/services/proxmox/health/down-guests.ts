import { ago, iso } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { instanceArgument, showGuest } from '../calls.ts';
import { haWantsRunning, isTaskRunning, lastLifecycleTask, taskPurpose } from '../lifecycle.ts';
import { guestTitle } from '../lookup.ts';
import type { GuestConfig } from '../schema/guest.ts';
import type { Guest, GuestRef } from '../schema/resources.ts';
import { hasFailed, type Task } from '../schema/task.ts';
import type { Checkup } from './checkup.ts';
import { finding, nameGuests, ofGuests } from './finding.ts';

/** A guest that is seen to be stopped and should not be. */
export interface DownGuest {
  guest: Guest;
  /** `HA`, or that it starts at boot. */
  wantedBy: string;
  /** The task that stopped it and went well: somebody wanted it so. */
  stoppedBy: EndedTask | undefined;
}

/** The list may be ten seconds old, and a restart takes less. */
export async function downGuest(
  checkup: Checkup,
  guest: Guest,
  ref: GuestRef,
  { onboot }: Pick<GuestConfig, 'onboot'>,
): Promise<DownGuest | undefined> {
  const wantedByHa = haWantsRunning(checkup, guest);
  if (guest.status !== 'stopped' || !(wantedByHa ?? onboot)) return undefined;
  const tasks = (checkup.tasks ?? []).filter(({ id }) => id === String(guest.vmid));
  if (tasks.some(isTaskRunning)) return undefined;
  const { state } = await checkup.cluster.guestStatus(ref);
  if (state !== 'stopped') return undefined;
  const wantedBy = wantedByHa === undefined ? 'starts at boot' : 'HA';
  return { guest, wantedBy, stoppedBy: lastStop(tasks) };
}

export function downFinding(
  checkup: Checkup,
  { guest, wantedBy, stoppedBy: task }: DownGuest,
): Finding {
  const now = checkup.cluster.now();
  const isMeant = task !== undefined && wantedBy !== 'HA';
  const by = task ? `; ${task.type} by ${task.user} stopped it ${ago(task.endedAt, now)}` : '';
  return finding(
    checkup,
    'guest-down',
    isMeant ? 'warning' : 'critical',
    guest.vmid,
    `${guestTitle(guest)} on ${guest.node} is stopped, but should run (${wantedBy})${by}`,
    {
      about: ofGuests(checkup, guest.vmid),
      effect: 'stops',
      ...(task && { since: iso(task.endedAt), evidence: task.upid }),
      next: showGuest(checkup, guest.vmid),
    },
  );
}

/** `unread` more are stopped, and nobody knows whether they should run. */
export function manyDownFinding(
  checkup: Checkup,
  node: string,
  down: readonly DownGuest[],
  unread: number,
): Finding {
  const count = `${unread > 0 ? 'At least ' : ''}${down.length} guests`;
  const others = unread > 0 ? ` (${unread} more stopped ones were not looked at)` : '';
  return finding(
    checkup,
    'guests-down',
    'critical',
    node,
    `${count} on ${node} are stopped, but should run${others}: ${nameGuests(down.map(({ guest }) => guest))}`,
    {
      about: ofGuests(checkup, ...down.map(({ guest }) => guest.vmid)),
      effect: 'stops',
      next: {
        tool: 'list_guests',
        arguments: { node, status: 'stopped', ...instanceArgument(checkup) },
      },
    },
  );
}

type EndedTask = Task & { endedAt: number };

/** The task that stopped a guest, where none has started it since. */
function lastStop(tasks: readonly Task[]): EndedTask | undefined {
  const last = lastLifecycleTask(tasks);
  return last && taskPurpose(last.type) === 'stop' && !hasFailed(last.exit ?? '')
    ? last
    : undefined;
}
