import type { Finding } from '../../../core/health.ts';
import { titleOf } from '../find.ts';
import type { Guest } from '../schema/resources.ts';
import { nodeFindings } from './nodes.ts';
import { isBusy } from './stopped.ts';
import { finding, showGuest, type View } from './view.ts';

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
export async function guestFindings(view: View): Promise<Finding[]> {
  const perNode = await Promise.all(
    view.resources.nodes
      .filter(({ status }) => status !== 'offline')
      .map(({ node }) => nodeFindings(view, node)),
  );
  return [...view.resources.guests.flatMap((guest) => halted(view, guest)), ...perNode.flat()];
}

function halted(view: View, guest: Guest): Finding[] {
  const [severity, meaning] = stuck[guest.status] ?? [];
  if (!severity || isBusy(view, guest)) return [];
  return [
    finding(
      view,
      'guest-error',
      severity,
      guest.vmid,
      `${titleOf(guest)} on ${guest.node} is in state ${guest.status}: ${meaning}`,
      { next: showGuest(view, guest.vmid) },
    ),
  ];
}
