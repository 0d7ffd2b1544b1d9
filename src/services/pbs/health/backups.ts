import { ago, day, iso, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { show } from '../calls.ts';
import { groupTitle, type BackupGroup } from '../group-state.ts';
import { namespacePath } from '../namespaces.ts';
import { refOfServer } from '../refs.ts';
import type { Task } from '../schema/task.ts';
import type { Checkup } from './checkup.ts';
import { bundle, finding, nameSome, ofGroups, ofStore } from './finding.ts';
import { overdueFindings } from './overdue.ts';

/** Guests whose newest backup is older than is usual for them, backups that failed with none since, and guests that are no longer backed up. */
export const backupFindings = (checkup: Checkup): Finding[] => [
  ...overdueFindings(checkup),
  ...failedFindings(checkup),
  ...retiredFindings(checkup),
];

/** How far back a failed backup is told. */
const failedForMs = day;

/** A failed backup leaves only its task behind; one that went well since then makes up for it. */
function failedFindings(checkup: Checkup): Finding[] {
  const now = checkup.server.now();
  const next = show(checkup, 'pbs_list_tasks', { kind: 'backup', status: 'failed' });
  return bundle(
    openFailures(checkup),
    (task) =>
      finding(
        checkup,
        'backup-failed',
        'warning',
        task.subject.replace(':', '/'),
        `The backup of ${taskTitle(checkup, task)} to ${task.store ?? 'the server'} failed ${ago(task.endedAt ?? task.startedAt, now)}, and none has gone well since: ${task.status ?? ''}`,
        {
          about: ofTask(checkup, task),
          effect: 'risk',
          meaning: 'backup',
          since: iso(task.startedAt),
          evidence: task.upid,
          next,
        },
      ),
    (tasks) =>
      finding(
        checkup,
        'backups-failed',
        'warning',
        'backups',
        `${tasks.length} backups failed within a day, and none of those guests has had one since: ${nameSome(tasks.map((task) => taskTitle(checkup, task)))}`,
        {
          about: [...new Set(tasks.flatMap((task) => ofTask(checkup, task)))],
          effect: 'risk',
          meaning: 'backup',
          next,
        },
      ),
  );
}

/** The newest failure of each guest that has had no backup since, and has none running. */
function openFailures(checkup: Checkup): Task[] {
  const since = checkup.server.now() - failedForMs;
  const failed = (checkup.tasks ?? []).filter(
    ({ type, outcome, startedAt }) =>
      type === 'backup' && outcome === 'failed' && startedAt > since,
  );
  const newest = new Map<string, Task>();
  for (const task of failed.toSorted((a, b) => a.startedAt - b.startedAt))
    newest.set(task.subject, task);
  return [...newest.values()].filter(
    (task) =>
      !groupsOf(checkup, task).some(
        ({ lastAt = 0, timing }) => lastAt > task.startedAt || timing === 'running',
      ),
  );
}

/** Where only one guest can be meant, its backups; else no more than where they would lie. */
function ofTask(checkup: Checkup, task: Task): Ref[] {
  const groups = groupsOf(checkup, task);
  if (groups.length === 1) return ofGroups(checkup, groups);
  return task.store === undefined
    ? [refOfServer(checkup.server.instance)]
    : ofStore(checkup, task.store);
}

function taskTitle(checkup: Checkup, task: Task): string {
  const [group] = groupsOf(checkup, task);
  return group ? groupTitle(group) : task.subject.replace(/^[^:]*:/, '');
}

/** `main:ct/30062` names no namespace, so it may mean the guest in any of them. */
const groupsOf = ({ listing }: Checkup, { subject, store }: Task): BackupGroup[] =>
  listing.groups.filter(
    (group) => group.store === store && subject === `${group.store}:${group.type}/${group.id}`,
  );

/** What is left of them on purpose, protected, is an archive and worth no word. */
function retiredFindings(checkup: Checkup): Finding[] {
  const groups = checkup.listing.groups.filter(({ timing }) => timing === 'retired');
  if (groups.length === 0) return [];
  const names = groups.map((group) => `${groupTitle(group)} in ${namespacePath(group)}`);
  return [
    finding(
      checkup,
      'retired',
      'info',
      'guests',
      `${plural(groups.length, 'guest')} had no backup for more than ${checkup.server.settings.retiredDays} days: retired, or forgotten? ${nameSome(names)}`,
      {
        about: ofGroups(checkup, groups),
        effect: 'note',
        next: show(checkup, 'pbs_list_backups', { state: 'retired' }),
      },
    ),
  ];
}
