import type { Finding } from '../../../core/health.ts';
import { ago, iso } from '../../../core/base/units.ts';
import type { Job } from '../schema/job.ts';
import { isReadable, type Store } from '../datastores.ts';
import { finding, show, type Checkup } from './checkup.ts';

const titles = {
  gc: 'Garbage collection',
  verify: 'Verify job',
  prune: 'Prune job',
  sync: 'Sync job',
} as const;
const kinds = { gc: 'gc', verify: 'verify-job', prune: 'prune', sync: 'sync' } as const;

/** Jobs whose last run failed, garbage collection that never worked, and what no job takes care of. A job that never ran has not failed. */
export function jobFindings(checkup: Checkup): Finding[] {
  const { gc = [], verify = [], prune = [], sync = [] } = checkup.jobs;
  return [
    ...[...gc, ...verify, ...prune, ...sync].flatMap((job) => ended(checkup, job)),
    ...neverWorked(checkup),
    ...checkup.stores.flatMap((store) => uncared(checkup, store)),
  ];
}

function ended(checkup: Checkup, job: Job): Finding[] {
  const { kind, id, store, last, reason = 'no reason given', endedAt, disabled } = job;
  if ((last !== 'failed' && last !== 'unknown') || disabled) return [];
  // A verify job fails because of backups that are damaged, and those are named.
  if (
    kind === 'verify' &&
    checkup.inventory.backups.some(
      (group) => group.store === store && group.failedVerifications > 0,
    )
  )
    return [];
  const what = kind === 'gc' ? `${titles.gc} of ${store}` : `${titles[kind]} ${id} of ${store}`;
  const at = endedAt === undefined ? '' : ` ${ago(endedAt, checkup.one.now())}`;
  const more = {
    since: endedAt === undefined ? undefined : iso(endedAt),
    next: show(checkup, 'pbs_list_tasks', { kind, since: '30d', datastore: store }),
  };
  const name = kind === 'gc' ? store : `${store}/${id}`;
  return last === 'failed'
    ? [
        finding(
          checkup,
          `${kinds[kind]}-failed`,
          'warning',
          name,
          `${what} failed${at}: ${reason}`,
          more,
        ),
      ]
    : [
        finding(
          checkup,
          `${kinds[kind]}-interrupted`,
          'info',
          name,
          `${what} was cut short${at}, mostly by a restart of the server`,
          more,
        ),
      ];
}

/** Until it has gone well once, the list of jobs says of garbage collection that it never ran: only its tasks tell that it fails. */
function neverWorked(checkup: Checkup): Finding[] {
  const never = checkup.jobs.gc?.filter(({ last }) => last === 'never') ?? [];
  return never.flatMap(({ store }) => {
    const task = checkup.troubles?.find(
      ({ type, subject, outcome }) =>
        type === 'garbage_collection' && subject === store && outcome === 'failed',
    );
    return task
      ? [
          finding(
            checkup,
            'gc-failed',
            'warning',
            store,
            `Garbage collection of ${store} has never gone well, and failed ${ago(task.endedAt ?? task.startedAt, checkup.one.now())}: ${task.status ?? ''}`,
            {
              since: iso(task.endedAt ?? task.startedAt),
              next: show(checkup, 'pbs_list_tasks', { kind: 'gc', since: '30d', datastore: store }),
            },
          ),
        ]
      : [];
  });
}

/** Pruning may be done by Proxmox VE, and a second copy is a matter of taste: neither is missed. */
function uncared(checkup: Checkup, store: Store): Finding[] {
  if (!isReadable(store) || store.availability === 'hidden') return [];
  const next = { next: show(checkup, 'pbs_list_datastores', { datastore: store.name }) };
  const gc =
    checkup.jobs.gc && store.gc && store.gc.schedule === undefined && !isRecent(checkup, store.gc)
      ? [
          finding(
            checkup,
            'no-gc',
            'warning',
            store.name,
            `Nothing collects garbage in datastore ${store.name}: what is pruned frees no space until it runs`,
            next,
          ),
        ]
      : [];
  const verify =
    checkup.jobs.verify && !store.jobs.some(({ kind }) => kind === 'verify')
      ? [
          finding(
            checkup,
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
const isRecent = (checkup: Checkup, { endedAt, last }: Job): boolean =>
  last === 'running' || (endedAt !== undefined && checkup.one.now() - endedAt < 31 * 86_400_000);
