import type { Finding } from '../../../core/health.ts';
import { ago, duration, iso, plural } from '../../../core/base/units.ts';
import { placeOf, titleOf, type Backups } from '../groups.ts';
import type { Task } from '../schema/task.ts';
import { bundle, finding, named, show, type View } from './view.ts';

const day = 86_400_000;

export const subjectOf = (group: Backups): string => `${placeOf(group)}/${group.type}/${group.id}`;
const showGroup = (view: View, { store, id }: Backups) =>
  show(view, 'pbs_list_backups', { guest: id, datastore: store });

/** Guests whose newest backup is older than is usual for them, backups that failed with none since, and guests that are no longer backed up. */
export const backupFindings = (view: View): Finding[] => [
  ...overdue(view),
  ...failed(view),
  ...retired(view),
];

function overdue(view: View): Finding[] {
  const { backups, places } = view.inventory;
  const now = view.one.now();
  const words = ({ goodAt, waitMs = 0 }: Backups): string =>
    `${goodAt === undefined ? 'there is no good backup' : `the last good backup is ${duration((now - goodAt) / 1_000)} old`}, usual is one every ${duration(waitMs / 1_000)}`;
  return places.flatMap((place) => {
    const here = backups.filter((group) => placeOf(group) === placeOf(place));
    const late = here.filter(({ timing }) => timing === 'overdue');
    // A namespace in which nothing arrives any more is not a matter of single guests.
    const dead =
      late.length > 2 &&
      here.every(({ timing }) => !['on-time', 'running', 'not-read'].includes(timing));
    return bundle(
      late,
      (group) =>
        finding(
          view,
          'backup-overdue',
          'warning',
          subjectOf(group),
          `${titleOf(group)} is overdue in ${placeOf(group)}: ${words(group)}`,
          { since: when(group.lastAt), next: showGroup(view, group) },
        ),
      (groups) =>
        finding(
          view,
          'backups-overdue',
          dead ? 'critical' : 'warning',
          placeOf(place),
          `${dead ? `No backup arrives in ${placeOf(place)} any more: all ${groups.length} guests are` : `${plural(groups.length, 'guest')} of ${here.length} in ${placeOf(place)} are`} overdue, the newest ${newestAge(groups, now)} old: ${named(groups.map(titleOf))}`,
          {
            next: show(view, 'pbs_list_backups', { datastore: place.store, state: 'overdue' }),
          },
        ),
    );
  });
}

const when = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : iso(ms);
const newestAge = (groups: readonly Backups[], now: number): string =>
  duration((now - Math.max(...groups.flatMap(({ lastAt }) => lastAt ?? []))) / 1_000);

/** A failed backup leaves only its task behind; one that went well since then makes up for it. */
function failed(view: View): Finding[] {
  const tasks =
    view.troubles?.filter(
      ({ type, outcome, startedAt }) =>
        type === 'backup' && outcome === 'failed' && view.one.now() - startedAt < day,
    ) ?? [];
  const newest = new Map<string, Task>();
  for (const task of tasks.toSorted((a, b) => a.startedAt - b.startedAt))
    newest.set(task.subject, task);
  const open = [...newest.values()].filter(
    (task) =>
      !groupsOf(view, task).some(
        ({ lastAt = 0, timing }) => lastAt > task.startedAt || timing === 'running',
      ),
  );
  const words = (task: Task): string => {
    const [group] = groupsOf(view, task);
    return group ? titleOf(group) : task.subject.replace(/^[^:]*:/, '');
  };
  return bundle(
    open,
    (task) =>
      finding(
        view,
        'backup-failed',
        'warning',
        task.subject.replace(':', '/'),
        `The backup of ${words(task)} to ${task.store ?? 'the server'} failed ${ago(task.endedAt ?? task.startedAt, view.one.now())}, and none has gone well since: ${task.status ?? ''}`,
        {
          since: iso(task.startedAt),
          evidence: task.upid,
          next: show(view, 'pbs_list_tasks', { kind: 'backup', status: 'failed' }),
        },
      ),
    (all) =>
      finding(
        view,
        'backups-failed',
        'warning',
        'backups',
        `${all.length} backups failed within a day, and none of those guests has had one since: ${named(all.map(words))}`,
        { next: show(view, 'pbs_list_tasks', { kind: 'backup', status: 'failed' }) },
      ),
  );
}

/** `main:ct/30062` names no namespace, so it may mean the guest in any of them. */
const groupsOf = ({ inventory }: View, { subject, store }: Task): Backups[] =>
  inventory.backups.filter(
    (group) => group.store === store && subject === `${group.store}:${group.type}/${group.id}`,
  );

/** What is left of them on purpose, protected, is an archive and worth no word. */
function retired(view: View): Finding[] {
  const groups = view.inventory.backups.filter(({ timing }) => timing === 'retired');
  if (groups.length === 0) return [];
  return [
    finding(
      view,
      'retired',
      'info',
      'guests',
      `${plural(groups.length, 'guest')} had no backup for more than ${view.one.settings.retiredDays} days: retired, or forgotten? ${named(groups.map((group) => `${titleOf(group)} in ${placeOf(group)}`))}`,
      { next: show(view, 'pbs_list_backups', { state: 'retired' }) },
    ),
  ];
}
