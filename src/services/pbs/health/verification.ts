import { ago, day, iso, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { show } from '../calls.ts';
import type { NamespaceRef } from '../client.ts';
import { groupTitle, type BackupGroup } from '../group-state.ts';
import { groupPath, namespacePath, reaches } from '../namespaces.ts';
import type { Checkup } from './checkup.ts';
import { bundle, finding, nameSome, ofGroups } from './finding.ts';

/** A new guest is not missed before every usual schedule has come round. */
const graceMs = 8 * day;

/** Backups that failed verification, and guests a verify job should have looked at and has not. */
export function verificationFindings(checkup: Checkup): Finding[] {
  const { groups, namespaces } = checkup.listing;
  return [
    ...bundle(
      groups.filter(({ failedVerifications }) => failedVerifications > 0),
      (group) => damagedGroup(checkup, group),
      (damaged) => damagedGroups(checkup, damaged),
    ),
    ...namespaces.flatMap((ref) => unverifiedFindings(checkup, ref)),
  ];
}

function damagedGroup(checkup: Checkup, group: BackupGroup): Finding {
  const { id, store, verified, verifiedAt, failedVerifications } = group;
  const isNewest = verified === 'failed';
  const title = `${groupTitle(group)} in ${namespacePath(group)}`;
  const message = isNewest
    ? `The newest backup of ${title} failed verification: it cannot be restored whole`
    : `${plural(failedVerifications, 'older backup')} of ${title} failed verification; the newest did not`;
  return finding(
    checkup,
    'verify-failed',
    isNewest ? 'critical' : 'warning',
    groupPath(group),
    message,
    {
      about: ofGroups(checkup, [group]),
      effect: group.goodAt === undefined ? 'stops' : 'degrades',
      since: isNewest && verifiedAt !== undefined ? iso(verifiedAt) : undefined,
      next: show(checkup, 'pbs_list_backups', { guest: id, datastore: store }),
    },
  );
}

const damagedGroups = (checkup: Checkup, groups: readonly BackupGroup[]): Finding =>
  finding(
    checkup,
    'backups-damaged',
    groups.some(({ verified }) => verified === 'failed') ? 'critical' : 'warning',
    'backups',
    `Backups of ${groups.length} guests failed verification: ${nameSome(groups.map(groupTitle))}`,
    {
      about: ofGroups(checkup, groups),
      effect: groups.every(({ goodAt }) => goodAt === undefined) ? 'stops' : 'degrades',
      next: show(checkup, 'pbs_list_backups', { state: 'failed-verification' }),
    },
  );

/** One finding for all guests of a namespace. */
function unverifiedFindings(checkup: Checkup, ref: NamespaceRef): Finding[] {
  const path = namespacePath(ref);
  const groups = checkup.listing.groups.filter((group) => namespacePath(group) === path);
  const unverified = groups.filter((group) => isUnverified(checkup, group));
  if (unverified.length === 0) return [];
  const isOne = unverified.length === 1;
  const last = Math.max(0, ...unverified.flatMap(({ lastVerifiedAt }) => lastVerifiedAt ?? []));
  const when =
    last > 0 ? `the last verification was ${ago(last, checkup.server.now())}` : 'never verified';
  return [
    finding(
      checkup,
      'unverified',
      'warning',
      path,
      `${plural(unverified.length, 'guest')} of ${groups.length} in ${path} ${isOne ? 'has' : 'have'} no recently verified backup, though a verify job covers ${isOne ? 'it' : 'them'} (${when}): ${nameSome(unverified.map(groupTitle))}`,
      {
        about: ofGroups(checkup, unverified),
        effect: 'risk',
        next: show(checkup, 'pbs_list_datastores', { datastore: ref.store }),
      },
    ),
  ];
}

/** Only where a job is meant to verify: that there is none at all is said once, of the datastore. */
function isUnverified({ jobs, server }: Checkup, group: BackupGroup): boolean {
  const { oldestAt, lastVerifiedAt, failedVerifications, verified } = group;
  const covering =
    jobs.verify?.filter((job) => job.schedule !== undefined && reaches(job, group)) ?? [];
  if (covering.length === 0 || verified === 'not-read' || oldestAt === undefined) return false;
  const now = server.now();
  if (lastVerifiedAt === undefined) return failedVerifications === 0 && now - oldestAt > graceMs;
  const days = covering.map(
    ({ outdatedAfterDays }) => outdatedAfterDays ?? server.settings.verifyDays,
  );
  return now - lastVerifiedAt > Math.max(...days) * day + graceMs;
}
