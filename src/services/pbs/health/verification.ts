import type { Finding } from '../../../core/health.ts';
import { ago, iso, plural } from '../../../core/base/units.ts';
import { namespacePath, groupTitle, type BackupGroup } from '../group-state.ts';
import type { VerifyJob } from '../schema/job.ts';
import { subjectOf } from './backups.ts';
import { bundle, finding, named, show, type Checkup } from './checkup.ts';

const day = 86_400_000;
/** A new guest is not missed before every usual schedule has come round. */
const graceMs = 8 * day;

/** Backups that failed verification, and guests a verify job should have looked at and has not. */
export function verificationFindings(checkup: Checkup): Finding[] {
  const broken = checkup.inventory.backups.filter(
    ({ failedVerifications }) => failedVerifications > 0,
  );
  return [
    ...bundle(
      broken,
      (group) => damaged(checkup, group),
      (groups) =>
        finding(
          checkup,
          'backups-damaged',
          groups.some(({ verified }) => verified === 'failed') ? 'critical' : 'warning',
          'backups',
          `Backups of ${groups.length} guests failed verification: ${named(groups.map(groupTitle))}`,
          { next: show(checkup, 'pbs_list_backups', { state: 'failed-verification' }) },
        ),
    ),
    ...checkup.inventory.namespaces.flatMap((ref) =>
      neglected(
        checkup,
        namespacePath(ref),
        checkup.inventory.backups.filter((group) => namespacePath(group) === namespacePath(ref)),
      ),
    ),
  ];
}

function damaged(checkup: Checkup, group: BackupGroup): Finding {
  const newest = group.verified === 'failed';
  const message = newest
    ? `The newest backup of ${groupTitle(group)} in ${namespacePath(group)} failed verification: it cannot be restored whole`
    : `${plural(group.failedVerifications, 'older backup')} of ${groupTitle(group)} in ${namespacePath(group)} failed verification; the newest did not`;
  return finding(
    checkup,
    'verify-failed',
    newest ? 'critical' : 'warning',
    subjectOf(group),
    message,
    {
      since: newest && group.verifiedAt !== undefined ? iso(group.verifiedAt) : undefined,
      next: show(checkup, 'pbs_list_backups', { guest: group.id, datastore: group.store }),
    },
  );
}

/** Only where a job is meant to verify: that there is none at all is said once, of the datastore. */
function neglected(checkup: Checkup, where: string, groups: readonly BackupGroup[]): Finding[] {
  const now = checkup.one.now();
  const late = groups.flatMap((group) => {
    const jobs =
      checkup.jobs.verify?.filter((job) => job.schedule !== undefined && covers(job, group)) ?? [];
    if (jobs.length === 0 || group.verified === 'not-read' || group.oldestAt === undefined)
      return [];
    const allowed =
      Math.max(
        ...jobs.map(
          ({ outdatedAfterDays }) => outdatedAfterDays ?? checkup.one.settings.verifyDays,
        ),
      ) * day;
    const neverLooked = group.lastVerifiedAt === undefined && group.failedVerifications === 0;
    return neverLooked
      ? now - group.oldestAt > graceMs
        ? [group]
        : []
      : now - (group.lastVerifiedAt ?? now) > allowed + graceMs
        ? [group]
        : [];
  });
  if (late.length === 0) return [];
  const last = Math.max(0, ...late.flatMap(({ lastVerifiedAt }) => lastVerifiedAt ?? []));
  return [
    finding(
      checkup,
      'unverified',
      'warning',
      where,
      `${plural(late.length, 'guest')} of ${groups.length} in ${where} ${late.length === 1 ? 'has' : 'have'} no recently verified backup, though a verify job covers ${late.length === 1 ? 'it' : 'them'} (${last > 0 ? `the last verification was ${ago(last, now)}` : 'never verified'}): ${named(late.map(groupTitle))}`,
      {
        next: show(checkup, 'pbs_list_datastores', { datastore: groups[0]?.store ?? '' }),
      },
    ),
  ];
}

/** A job takes its namespace and those below it, as deep as it may go. */
export function covers(
  { store, namespace = '', maxDepth }: Pick<VerifyJob, 'store' | 'namespace' | 'maxDepth'>,
  group: Pick<BackupGroup, 'store' | 'namespace'>,
): boolean {
  if (store !== group.store) return false;
  const below =
    namespace === ''
      ? group.namespace
      : group.namespace === namespace
        ? ''
        : group.namespace.startsWith(`${namespace}/`)
          ? group.namespace.slice(namespace.length + 1)
          : undefined;
  return (
    below !== undefined &&
    (maxDepth === undefined || (below === '' ? 0 : below.split('/').length) <= maxDepth)
  );
}
