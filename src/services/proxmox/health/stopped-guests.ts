import { mapLimited } from '../../../core/base/pool.ts';
import { ago, iso } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { isTaskRunning, taskPurpose } from '../lifecycle.ts';
import { guestTitle } from '../lookup.ts';
import type { GuestConfig } from '../schema/guest.ts';
import type { Guest } from '../schema/resources.ts';
import type { Task } from '../schema/task.ts';
import type { Checkup } from './checkup.ts';
import { finding, showGuest } from './finding.ts';

const maxConfigs = 40;
const concurrency = 4;

/** Start at boot stands only in each guest's configuration: it is read for the few that are stopped or locked. */
export async function stoppedGuestFindings(checkup: Checkup, node: string): Promise<Finding[]> {
  const guests = guestsInDoubt(checkup, node);
  if (guests.length > maxConfigs)
    await checkup.check(
      `${node}: whether ${guests.length - maxConfigs} more stopped guests should run`,
      () => Promise.reject(new Error(`only the first ${maxConfigs} are looked at`)),
    );
  const findings = await mapLimited(guests.slice(0, maxConfigs), concurrency, async (guest) => {
    // Read after the list, so a lock that is still in it is no leftover of the list.
    const config = await checkup.cluster.guestConfig(guest);
    return [...lockFindings(checkup, guest, config), ...downFindings(checkup, guest, config)];
  });
  return findings.flat();
}

/** A backup in stop mode, a migration or a snapshot: the lock stands as long as its task runs. A backup of several guests names none of them. */
export function isBusy({ tasks }: Checkup, { vmid, node, lock }: Guest): boolean {
  if (!lock) return false;
  if (!tasks) return true;
  return tasks.some(
    (task) =>
      isTaskRunning(task) &&
      (task.id === String(vmid) ||
        (task.node === node && task.type === 'vzdump' && task.id === '')),
  );
}

/** Those that may be down though they should not, and those with a lock nobody seems to hold. */
const guestsInDoubt = (checkup: Checkup, node: string): Guest[] =>
  checkup.resources.guests.filter(
    (guest) =>
      guest.node === node &&
      !guest.template &&
      !isBusy(checkup, guest) &&
      guest.lock !== 'suspended' &&
      (guest.lock !== undefined ||
        (guest.status === 'stopped' && haWantsRunning(checkup, guest) !== false)),
  );

/** Undefined when HA does not manage the guest, and start at boot decides. */
function haWantsRunning({ haServices }: Checkup, { vmid, ha }: Guest): boolean | undefined {
  if (ha === undefined) return undefined;
  const requested = haServices?.find(({ sid }) => sid.endsWith(`:${vmid}`))?.requested ?? ha;
  return !['stopped', 'disabled', 'ignored', 'stopping', 'request_stop', 'deleting'].includes(
    requested,
  );
}

function lockFindings(
  checkup: Checkup,
  guest: Guest,
  { lock }: Pick<GuestConfig, 'lock'>,
): Finding[] {
  if (lock === undefined || guest.lock === undefined) return [];
  const command = guest.type === 'lxc' ? 'pct' : 'qm';
  return [
    finding(
      checkup,
      'guest-locked',
      'warning',
      guest.vmid,
      `${guestTitle(guest)} on ${guest.node} is locked (${lock}) with no task running: it cannot be started, stopped or backed up until \`${command} unlock ${guest.vmid}\``,
      { next: showGuest(checkup, guest.vmid) },
    ),
  ];
}

function downFindings(
  checkup: Checkup,
  guest: Guest,
  { onboot }: Pick<GuestConfig, 'onboot'>,
): Finding[] {
  const wantedByHa = haWantsRunning(checkup, guest);
  if (guest.status !== 'stopped' || !(wantedByHa ?? onboot)) return [];
  const stop = lastStop(checkup, guest);
  return [
    finding(
      checkup,
      'guest-down',
      'critical',
      guest.vmid,
      `${guestTitle(guest)} on ${guest.node} is stopped, but should run (${wantedByHa === undefined ? 'starts at boot' : 'HA'})`,
      {
        ...(stop && {
          since: iso(stop.endedAt),
          evidence: `${stop.type} by ${stop.user} ${ago(stop.endedAt, checkup.cluster.now())}: ${stop.exit}`,
        }),
        next: showGuest(checkup, guest.vmid),
      },
    ),
  ];
}

/** The latest task that stopped a guest and is over. */
function lastStop(
  { tasks = [] }: Checkup,
  { vmid }: Guest,
): (Task & { endedAt: number }) | undefined {
  return tasks
    .flatMap((task) =>
      task.id === String(vmid) && taskPurpose(task.type) === 'stop' && task.endedAt !== undefined
        ? [{ ...task, endedAt: task.endedAt }]
        : [],
    )
    .sort((a, b) => b.endedAt - a.endedAt)[0];
}
