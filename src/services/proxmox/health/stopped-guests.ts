import { mapLimited } from '../../../core/base/pool.ts';
import { ShapeError, UpstreamError } from '../../../core/base/errors.ts';
import type { Finding } from '../../../core/health.ts';
import { showGuest } from '../calls.ts';
import { haWantsRunning, isTaskRunning } from '../lifecycle.ts';
import { askAtCurrentNode, guestTitle } from '../lookup.ts';
import type { GuestConfig } from '../schema/guest.ts';
import type { Guest } from '../schema/resources.ts';
import type { Checkup } from './checkup.ts';
import { downFinding, downGuest, manyDownFinding, type DownGuest } from './down-guests.ts';
import { finding, ofGuests } from './finding.ts';

/** So many configurations of a node are read. */
const maxConfigs = 100;
const concurrency = 6;
/** More guests of a node that are down than this are one finding. */
const maxSingle = 10;

/** Whether more guests of a node are in doubt than are looked at. */
export const hasTooMany = (checkup: Checkup, node: string): boolean =>
  guestsInDoubt(checkup, node).length > maxConfigs;

interface Judged {
  locked: Finding[];
  down: DownGuest | undefined;
}

/** Start at boot stands only in each guest's configuration: it is read for the few that are stopped or locked. */
export async function stoppedGuestFindings(checkup: Checkup, node: string): Promise<Finding[]> {
  const guests = guestsInDoubt(checkup, node);
  const unread = Math.max(0, guests.length - maxConfigs);
  if (unread > 0)
    await checkup.check(`${node}: whether ${unread} more stopped guests should run`, () =>
      Promise.reject(new Error(`only the first ${maxConfigs} are looked at`)),
    );
  const judged = await mapLimited(guests.slice(0, maxConfigs), concurrency, async (guest) =>
    judge(checkup, guest),
  );
  const down = judged.flatMap((answer) => answer?.down ?? []);
  return [
    ...judged.flatMap((answer) => answer?.locked ?? []),
    ...(down.length > maxSingle
      ? [manyDownFinding(checkup, node, down, unread)]
      : down.map((guest) => downFinding(checkup, guest))),
  ];
}

/** Asked of the guest itself, where it is now. One that cannot be asked is a gap of its own, unless its node is silent. */
async function judge(checkup: Checkup, guest: Guest): Promise<Judged | undefined> {
  const { cluster, check } = checkup;
  return askAtCurrentNode(cluster, guest, async (ref): Promise<Judged> => {
    // Read after the list, so a lock that is still in it is no leftover of the list.
    const config = await cluster.guestConfig(ref);
    checkup.configs.set(guest.vmid, config);
    return {
      locked: lockFindings(checkup, guest, config),
      down: await downGuest(checkup, guest, ref, config),
    };
  }).catch((error: unknown) => {
    if (!isAnswer(error)) throw error;
    return check(`whether ${guestTitle(guest)} should run`, () => Promise.reject(error));
  });
}

/** From 595 on the node itself did not answer. */
const isAnswer = (error: unknown): error is Error =>
  error instanceof ShapeError || (error instanceof UpstreamError && error.status < 595);

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
      {
        about: ofGuests(checkup, guest.vmid),
        // It works on as it did, until somebody wants something of it.
        effect: 'risk',
        // The task that left it behind has failed, and may be told too.
        meaning: lock,
        next: showGuest(checkup, guest.vmid),
      },
    ),
  ];
}
