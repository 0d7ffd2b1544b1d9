import { duration, iso, plural, second } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { show } from '../calls.ts';
import type { NamespaceRef } from '../client.ts';
import { groupTitle, type BackupGroup } from '../group-state.ts';
import { groupPath, namespacePath } from '../namespaces.ts';
import type { Checkup } from './checkup.ts';
import { bundle, finding, nameSome, ofGroups } from './finding.ts';

/** Guests whose newest backup is older than is usual for them, by namespace. */
export const overdueFindings = (checkup: Checkup): Finding[] =>
  checkup.listing.namespaces.flatMap((ref) => {
    const groups = checkup.listing.groups.filter(
      (group) => namespacePath(group) === namespacePath(ref),
    );
    return bundle(
      groups.filter(({ timing }) => timing === 'overdue'),
      (group) => overdueGroup(checkup, group),
      (overdue) => overdueNamespace(checkup, ref, groups, overdue),
    );
  });

function overdueGroup(checkup: Checkup, group: BackupGroup): Finding {
  const { goodAt, lastAt, intervalMs = 0, store, id } = group;
  const age =
    goodAt === undefined
      ? 'there is no good backup'
      : `the last good backup is ${duration((checkup.server.now() - goodAt) / second)} old`;
  return finding(
    checkup,
    'backup-overdue',
    'warning',
    groupPath(group),
    `${groupTitle(group)} is overdue in ${namespacePath(group)}: ${age}, usual is one every ${duration(intervalMs / second)}`,
    {
      about: ofGroups(checkup, [group]),
      effect: 'risk',
      meaning: 'backup',
      since: lastAt === undefined ? undefined : iso(lastAt),
      misses: missing([group]),
      next: show(checkup, 'pbs_list_backups', { guest: id, datastore: store }),
    },
  );
}

/** The guests whose backups are late. A machine that backs itself up is known to nobody else. */
const missing = (groups: readonly BackupGroup[]): Finding['misses'] =>
  groups.every(({ type }) => type === 'vm' || type === 'ct')
    ? { kind: 'guest', ids: groups.map(({ id }) => id) }
    : undefined;

/** A namespace in which nothing arrives any more is not a matter of single guests. */
function overdueNamespace(
  checkup: Checkup,
  ref: NamespaceRef,
  groups: readonly BackupGroup[],
  overdue: readonly BackupGroup[],
): Finding {
  const path = namespacePath(ref);
  const isDead = groups.every(
    ({ timing }) => !['on-time', 'running', 'copy', 'not-read'].includes(timing),
  );
  const start = isDead
    ? `No backup arrives in ${path} any more: all ${overdue.length} guests are`
    : `${plural(overdue.length, 'guest')} of ${groups.length} in ${path} are`;
  const newestAt = Math.max(...overdue.flatMap(({ lastAt }) => lastAt ?? []));
  const age = duration((checkup.server.now() - newestAt) / second);
  return finding(
    checkup,
    'backups-overdue',
    isDead ? 'critical' : 'warning',
    path,
    `${start} overdue, the newest ${age} old: ${nameSome(overdue.map(groupTitle))}`,
    {
      about: ofGroups(checkup, overdue),
      effect: 'risk',
      meaning: 'backup',
      misses: missing(overdue),
      next: show(checkup, 'pbs_list_backups', { datastore: ref.store, state: 'overdue' }),
    },
  );
}
