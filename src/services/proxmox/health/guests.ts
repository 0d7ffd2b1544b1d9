import type { Finding } from '../../../core/health.ts';
import { showGuest } from '../calls.ts';
import { guestTitle } from '../lookup.ts';
import type { Guest } from '../schema/resources.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofGuests } from './finding.ts';
import { isBusy } from './stopped-guests.ts';

/** States of a VM whose process is there but does nothing; the last two do harm to nobody but themselves. */
const stuckStates: Readonly<Record<string, [severity: Finding['severity'], meaning: string]>> = {
  'io-error': ['critical', 'a write to its disk failed, mostly because the storage is full'],
  'internal-error': ['critical', 'QEMU met an error it cannot go on from'],
  'guest-panicked': ['critical', 'its kernel panicked'],
  watchdog: ['critical', 'its watchdog fired'],
  paused: ['warning', 'it was paused and does not go on by itself'],
  shutdown: ['warning', 'it has shut down, but its process is still there'],
};

/** Guests that neither run nor are stopped, as the cluster's list tells. */
export const guestFindings = (checkup: Checkup): Finding[] =>
  checkup.resources.guests.flatMap((guest) => stuckFindings(checkup, guest));

function stuckFindings(checkup: Checkup, guest: Guest): Finding[] {
  const [severity, meaning] = stuckStates[guest.status] ?? [];
  if (!severity || isBusy(checkup, guest)) return [];
  return [
    finding(
      checkup,
      'guest-error',
      severity,
      guest.vmid,
      `${guestTitle(guest)} on ${guest.node} is in state ${guest.status}: ${meaning}`,
      {
        about: ofGuests(checkup, guest.vmid),
        effect: 'stops',
        next: showGuest(checkup, guest.vmid),
      },
    ),
  ];
}
