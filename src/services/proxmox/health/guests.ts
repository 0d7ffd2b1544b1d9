import type { Finding } from '../../../core/health.ts';
import { guestTitle } from '../lookup.ts';
import type { Guest } from '../schema/resources.ts';
import { nodeFindings } from './nodes.ts';
import { isBusy } from './stopped.ts';
import { finding, showGuest, type Checkup } from './checkup.ts';

/** States of a VM whose process is there but does nothing; the last two do harm to nobody but themselves. */
const stuck: Readonly<Record<string, [severity: Finding['severity'], meaning: string]>> = {
  'io-error': ['critical', 'a write to its disk failed, mostly because the storage is full'],
  'internal-error': ['critical', 'QEMU met an error it cannot go on from'],
  'guest-panicked': ['critical', 'its kernel panicked'],
  watchdog: ['critical', 'its watchdog fired'],
  paused: ['warning', 'it was paused and does not go on by itself'],
  shutdown: ['warning', 'it has shut down, but its process is still there'],
};

/** Everything about guests that the list tells, and per node what only the node knows. */
export async function guestFindings(checkup: Checkup): Promise<Finding[]> {
  const perNode = await Promise.all(
    checkup.resources.nodes
      .filter(({ status }) => status !== 'offline')
      .map(({ node }) => nodeFindings(checkup, node)),
  );
  return [
    ...checkup.resources.guests.flatMap((guest) => halted(checkup, guest)),
    ...perNode.flat(),
  ];
}

function halted(checkup: Checkup, guest: Guest): Finding[] {
  const [severity, meaning] = stuck[guest.status] ?? [];
  if (!severity || isBusy(checkup, guest)) return [];
  return [
    finding(
      checkup,
      'guest-error',
      severity,
      guest.vmid,
      `${guestTitle(guest)} on ${guest.node} is in state ${guest.status}: ${meaning}`,
      { next: showGuest(checkup, guest.vmid) },
    ),
  ];
}
