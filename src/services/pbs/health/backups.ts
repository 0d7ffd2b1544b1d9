import type { Finding } from '../../../core/health.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import { namespacePath, groupTitle, type BackupGroup } from '../group-state.ts';
import type { Task } from '../schema/task.ts';
import { bundle, finding, named, show, type Checkup } from './checkup.ts';

const day = 86_400_000;

export const subjectOf = (group: BackupGroup): string =>
  `${namespacePath(group)}/${group.type}/${group.id}`;
const showGroup = (checkup: Checkup, { store, id }: BackupGroup) =>
  show(checkup, 'pbs_list_backups', { guest: id, datastore: store });

/** Guests whose newest backup is older than is usual for them, backups that failed with none since, and guests that are no longer backed up. */
export const backupFindings = (checkup: Checkup): Finding[] => [
  ...overdue(checkup),
  ...failed(checkup),
  ...retired(checkup),
];

function overdue(checkup: Checkup): Finding[] {
  const { backups, namespaces } = checkup.inventory;
  const now = checkup.one.now();
  const words = ({ goodAt, intervalMs = 0 }: BackupGroup): string =>
    `${goodAt === undefined ? 'there is no good backup' : `the last good backup is ${duration((now - goodAt) / 1_000)} old`}, usual is one every ${duration(intervalMs / 1_000)}`;
  return namespaces.flatMap((ref) => {
    const here = backups.filter((group) => namespacePath(group) === namespacePath(ref));
    const late = here.filter(({ timing }) => timing === 'overdue');
    // A namespace in which nothing arrives any more is not a matter of single guests.
    const dead =
      late.length > 2 &&
      here.every(({ timing }) => !['on-time', 'running', 'not-read'].includes(timing));
    return bundle(
      late,
      (group) =>
        finding(
          checkup,
          'backup-overdue',
          'warning',
          subjectOf(group),
          `${groupTitle(group)} is overdue in ${namespacePath(group)}: ${words(group)}`,
          { since: when(group.lastAt), next: showGroup(checkup, group) },
        ),
      (groups) =>
        finding(
          checkup,
          'backups-overdue',
          dead ? 'critical' : 'warning',
          namespacePath(ref),
          `${dead ? `No backup arrives in ${namespacePath(ref)} any more: all ${groups.length} guests are` : `${plural(groups.length, 'guest')} of ${here.length} in ${namespacePath(ref)} are`} overdue, the newest ${newestAge(groups, now)} old: ${named(groups.map(groupTitle))}`,
          {
            next: show(checkup, 'pbs_list_backups', { datastore: ref.store, state: 'overdue' }),
          },
        ),
    );
  });
}

const when = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : iso(ms);
const newestAge = (groups: readonly BackupGroup[], now: number): string =>
  duration((now - Math.max(...groups.flatMap(({ lastAt }) => lastAt ?? []))) / 1_000);

/** A failed backup leaves only its task behind; one that went well since then makes up for it. */
function failed(checkup: Checkup): Finding[] {
  const tasks =
    checkup.troubles?.filter(
      ({ type, outcome, startedAt }) =>
        type === 'backup' && outcome === 'failed' && checkup.one.now() - startedAt < day,
    ) ?? [];
  const newest = new Map<string, Task>();
  for (const task of tasks.toSorted((a, b) => a.startedAt - b.startedAt))
    newest.set(task.subject, task);
  const open = [...newest.values()].filter(
    (task) =>
      !groupsOf(checkup, task).some(
        ({ lastAt = 0, timing }) => lastAt > task.startedAt || timing === 'running',
      ),
  );
  const words = (task: Task): string => {
    const [group] = groupsOf(checkup, task);
    return group ? groupTitle(group) : task.subject.replace(/^[^:]*:/, '');
  };
  return bundle(
    open,
    (task) =>
      finding(
        checkup,
        'backup-failed',
        'warning',
        task.subject.replace(':', '/'),
        `The backup of ${words(task)} to ${task.store ?? 'the server'} failed ${ago(task.endedAt ?? task.startedAt, checkup.one.now())}, and none has gone well since: ${task.status ?? ''}`,
        {
          since: iso(task.startedAt),
          evidence: task.upid,
          next: show(checkup, 'pbs_list_tasks', { kind: 'backup', status: 'failed' }),
        },
      ),
    (all) =>
      finding(
        checkup,
        'backups-failed',
        'warning',
        'backups',
        `${all.length} backups failed within a day, and none of those guests has had one since: ${named(all.map(words))}`,
        { next: show(checkup, 'pbs_list_tasks', { kind: 'backup', status: 'failed' }) },
      ),
  );
}

/** `main:ct/30062` names no namespace, so it may mean the guest in any of them. */
const groupsOf = ({ inventory }: Checkup, { subject, store }: Task): BackupGroup[] =>
  inventory.backups.filter(
    (group) => group.store === store && subject === `${group.store}:${group.type}/${group.id}`,
  );

/** What is left of them on purpose, protected, is an archive and worth no word. */
function retired(checkup: Checkup): Finding[] {
  const groups = checkup.inventory.backups.filter(({ timing }) => timing === 'retired');
  if (groups.length === 0) return [];
  return [
    finding(
      checkup,
      'retired',
      'info',
      'guests',
      `${plural(groups.length, 'guest')} had no backup for more than ${checkup.one.settings.retiredDays} days: retired, or forgotten? ${named(groups.map((group) => `${groupTitle(group)} in ${namespacePath(group)}`))}`,
      { next: show(checkup, 'pbs_list_backups', { state: 'retired' }) },
    ),
  ];
}
