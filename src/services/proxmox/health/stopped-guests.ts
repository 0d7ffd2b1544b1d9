import type { Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import { guestTitle } from '../lookup.ts';
import { isTaskRunning, taskPurpose } from '../lifecycle.ts';
import type { Guest } from '../schema/resources.ts';
import { finding, showGuest, type Checkup } from './checkup.ts';

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

/** The guests whose configuration has to be read: those that may be down though they should not, and those with a lock nobody seems to hold. */
export const doubtful = (checkup: Checkup, node: string): Guest[] =>
  checkup.resources.guests.filter(
    (guest) =>
      guest.node === node &&
      !guest.template &&
      !isBusy(checkup, guest) &&
      guest.lock !== 'suspended' &&
      (guest.lock !== undefined ||
        (guest.status === 'stopped' && wanted(checkup, guest) !== false)),
  );

/** Whether HA wants it to run; undefined when it does not manage it, and start at boot decides. */
function wanted({ haServices }: Checkup, { vmid, ha }: Guest): boolean | undefined {
  if (ha === undefined) return undefined;
  const requested = haServices?.find(({ sid }) => sid.endsWith(`:${vmid}`))?.requested ?? ha;
  return !['stopped', 'disabled', 'ignored', 'stopping', 'request_stop', 'deleting'].includes(
    requested,
  );
}

/** `config` is read after the list, so a lock that is still in it is no leftover of the list. */
export function judged(
  checkup: Checkup,
  guest: Guest,
  config: { onboot: boolean; lock: string | undefined },
): Finding[] {
  const command = guest.type === 'lxc' ? 'pct' : 'qm';
  const locked =
    config.lock !== undefined && guest.lock !== undefined
      ? [
          finding(
            checkup,
            'guest-locked',
            'warning',
            guest.vmid,
            `${guestTitle(guest)} on ${guest.node} is locked (${config.lock}) with no task running: it cannot be started, stopped or backed up until \`${command} unlock ${guest.vmid}\``,
            { next: showGuest(checkup, guest.vmid) },
          ),
        ]
      : [];
  const byHa = wanted(checkup, guest);
  if (guest.status !== 'stopped' || !(byHa ?? config.onboot)) return locked;
  const stop = checkup.tasks
    ?.filter(
      (task) =>
        task.id === String(guest.vmid) &&
        taskPurpose(task.type) === 'stop' &&
        task.endedAt !== undefined,
    )
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))[0];
  return [
    ...locked,
    finding(
      checkup,
      'guest-down',
      'critical',
      guest.vmid,
      `${guestTitle(guest)} on ${guest.node} is stopped, but should run (${byHa === undefined ? 'starts at boot' : 'HA'})`,
      {
        ...(stop?.endedAt !== undefined && {
          since: iso(stop.endedAt),
          evidence: `${stop.type} by ${stop.user} ${ago(stop.endedAt, checkup.one.now())}: ${stop.exit}`,
        }),
        next: showGuest(checkup, guest.vmid),
      },
    ),
  ];
}
