import type { Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import type { Job } from '../schema/job.ts';
import { isReadable, type Store } from '../stores.ts';
import { finding, show, type View } from './view.ts';

const titles = {
  gc: 'Garbage collection',
  verify: 'Verify job',
  prune: 'Prune job',
  sync: 'Sync job',
} as const;
const kinds = { gc: 'gc', verify: 'verify-job', prune: 'prune', sync: 'sync' } as const;

/** Jobs whose last run failed, garbage collection that never worked, and what no job takes care of. A job that never ran has not failed. */
export function jobFindings(view: View): Finding[] {
  const { gc = [], verify = [], prune = [], sync = [] } = view.jobs;
  return [
    ...[...gc, ...verify, ...prune, ...sync].flatMap((job) => ended(view, job)),
    ...neverWorked(view),
    ...view.stores.flatMap((store) => uncared(view, store)),
  ];
}

function ended(view: View, job: Job): Finding[] {
  const { kind, id, store, last, reason = 'no reason given', endedAt, disabled } = job;
  if ((last !== 'failed' && last !== 'unknown') || disabled) return [];
  // A verify job fails because of backups that are damaged, and those are named.
  if (
    kind === 'verify' &&
    view.inventory.backups.some((group) => group.store === store && group.failedVerifications > 0)
  )
    return [];
  const what = kind === 'gc' ? `${titles.gc} of ${store}` : `${titles[kind]} ${id} of ${store}`;
  const at = endedAt === undefined ? '' : ` ${ago(endedAt, view.one.now())}`;
  const more = {
    since: endedAt === undefined ? undefined : iso(endedAt),
    next: show(view, 'pbs_list_tasks', { kind, since: '30d', datastore: store }),
  };
  const name = kind === 'gc' ? store : `${store}/${id}`;
  return last === 'failed'
    ? [
        finding(
          view,
          `${kinds[kind]}-failed`,
          'warning',
          name,
          `${what} failed${at}: ${reason}`,
          more,
        ),
      ]
    : [
        finding(
          view,
          `${kinds[kind]}-interrupted`,
          'info',
          name,
          `${what} was cut short${at}, mostly by a restart of the server`,
          more,
        ),
      ];
}

/** Until it has gone well once, the list of jobs says of garbage collection that it never ran: only its tasks tell that it fails. */
function neverWorked(view: View): Finding[] {
  const never = view.jobs.gc?.filter(({ last }) => last === 'never') ?? [];
  return never.flatMap(({ store }) => {
    const task = view.troubles?.find(
      ({ type, subject, outcome }) =>
        type === 'garbage_collection' && subject === store && outcome === 'failed',
    );
    return task
      ? [
          finding(
            view,
            'gc-failed',
            'warning',
            store,
            `Garbage collection of ${store} has never gone well, and failed ${ago(task.endedAt ?? task.startedAt, view.one.now())}: ${task.status ?? ''}`,
            {
              since: iso(task.endedAt ?? task.startedAt),
              next: show(view, 'pbs_list_tasks', { kind: 'gc', since: '30d', datastore: store }),
            },
          ),
        ]
      : [];
  });
}

/** Pruning may be done by Proxmox VE, and a second copy is a matter of taste: neither is missed. */
function uncared(view: View, store: Store): Finding[] {
  if (!isReadable(store) || store.availability === 'hidden') return [];
  const next = { next: show(view, 'pbs_list_datastores', { datastore: store.name }) };
  const gc =
    view.jobs.gc && store.gc && store.gc.schedule === undefined && !isRecent(view, store.gc)
      ? [
          finding(
            view,
            'no-gc',
            'warning',
            store.name,
            `Nothing collects garbage in datastore ${store.name}: what is pruned frees no space until it runs`,
            next,
          ),
        ]
      : [];
  const verify =
    view.jobs.verify && !store.jobs.some(({ kind }) => kind === 'verify')
      ? [
          finding(
            view,
            'no-verify',
            'info',
            store.name,
            `No verify job for datastore ${store.name}: nothing checks that its backups can still be read`,
            next,
          ),
        ]
      : [];
  return [...gc, ...verify];
}

/** Run by hand or by another scheduler within a month. */
const isRecent = (view: View, { endedAt, last }: Job): boolean =>
  last === 'running' || (endedAt !== undefined && view.one.now() - endedAt < 31 * 86_400_000);
