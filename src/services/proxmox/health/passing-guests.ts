import { iso, minute } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { showGuest } from '../calls.ts';
import { isTaskRunning, taskPurpose } from '../lifecycle.ts';
import { guestTitle } from '../lookup.ts';
import type { Guest } from '../schema/resources.ts';
import type { Task } from '../schema/task.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofGuests } from './finding.ts';

/** What takes a guest away and brings it back by itself, and how long that may last. */
const patience: Readonly<Record<string, number>> = {
  reboot: 10 * minute,
  migrate: Infinity,
  vzdump: Infinity,
};

/** Guests that are stopped while a task runs that starts them again: why what stands on them does not answer just now. */
export const passingFindings = (checkup: Checkup): Finding[] =>
  checkup.resources.guests.flatMap((guest) => {
    if (guest.status !== 'stopped' || guest.template) return [];
    const task = (checkup.tasks ?? []).find((candidate) =>
      isBringingBack(candidate, guest, checkup),
    );
    return task ? [passingFinding(checkup, guest, task)] : [];
  });

/** A backup of several guests names none of them: the lock tells whose turn it is. */
function isBringingBack(task: Task, { vmid, node, lock }: Guest, { cluster }: Checkup): boolean {
  if (!isTaskRunning(task) || task.node !== node) return false;
  const isOfGuest = task.id === String(vmid) || (task.id === '' && lock === 'backup');
  const limit = patience[taskPurpose(task.type)];
  return isOfGuest && limit !== undefined && cluster.now() - task.startedAt < limit;
}

const passingFinding = (checkup: Checkup, guest: Guest, task: Task): Finding =>
  finding(
    checkup,
    'guest-away',
    'info',
    guest.vmid,
    `${guestTitle(guest)} on ${guest.node} is stopped while ${task.type} by ${task.user} runs, and comes back by itself`,
    {
      about: ofGuests(checkup, guest.vmid),
      effect: 'stops',
      isPassing: true,
      since: iso(task.startedAt),
      evidence: task.upid,
      next: showGuest(checkup, guest.vmid),
    },
  );
