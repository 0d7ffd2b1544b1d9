import { ago, day, iso } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { isReadable, type Store } from '../datastores.ts';
import type { Job } from '../schema/job.ts';
import type { Checkup } from './checkup.ts';
import { finding, show } from './finding.ts';

const titles = {
  gc: 'Garbage collection',
  verify: 'Verify job',
  prune: 'Prune job',
  sync: 'Sync job',
} as const;
const kinds = { gc: 'gc', verify: 'verify-job', prune: 'prune', sync: 'sync' } as const;

/** Garbage collection without a schedule is missed when it has not run, by hand or by another scheduler, for so long. */
const unscheduledGcMs = 31 * day;

/** Jobs whose last run failed, garbage collection that never worked, and what no job takes care of. A job that never ran has not failed. */
export function jobFindings(checkup: Checkup): Finding[] {
  const { gc = [], verify = [], prune = [], sync = [] } = checkup.jobs;
  return [
    ...[...gc, ...verify, ...prune, ...sync].flatMap((job) => lastRunFindings(checkup, job)),
    ...gc.flatMap((job) => neverWorkedFindings(checkup, job)),
    ...checkup.stores.flatMap((store) => missingJobFindings(checkup, store)),
  ];
}

function lastRunFindings(checkup: Checkup, job: Job): Finding[] {
  const { kind, id, store, last, reason = 'no reason given', endedAt, disabled } = job;
  if ((last !== 'failed' && last !== 'unknown') || disabled) return [];
  if (kind === 'verify' && hasDamagedBackups(checkup, store)) return [];
  const title = kind === 'gc' ? `${titles.gc} of ${store}` : `${titles[kind]} ${id} of ${store}`;
  const name = kind === 'gc' ? store : `${store}/${id}`;
  const when = endedAt === undefined ? '' : ` ${ago(endedAt, checkup.server.now())}`;
  const details = {
    since: endedAt === undefined ? undefined : iso(endedAt),
    next: showTasks(checkup, kind, store),
  };
  if (last === 'failed') {
    const message = `${title} failed${when}: ${reason}`;
    return [finding(checkup, `${kinds[kind]}-failed`, 'warning', name, message, details)];
  }
  const message = `${title} was cut short${when}, mostly by a restart of the server`;
  return [finding(checkup, `${kinds[kind]}-interrupted`, 'info', name, message, details)];
}

/** A verify job fails because of backups that are damaged, and those are named. */
const hasDamagedBackups = ({ listing }: Checkup, store: string): boolean =>
  listing.groups.some((group) => group.store === store && group.failedVerifications > 0);

const showTasks = (checkup: Checkup, kind: Job['kind'], store: string): Finding['next'] =>
  show(checkup, 'pbs_list_tasks', { kind, since: '30d', datastore: store });

/** Until it has gone well once, the list of jobs says of garbage collection that it never ran: only its tasks tell that it fails. */
function neverWorkedFindings(checkup: Checkup, { store, last }: Job): Finding[] {
  if (last !== 'never') return [];
  const task = checkup.tasks?.find(
    ({ type, subject, outcome }) =>
      type === 'garbage_collection' && subject === store && outcome === 'failed',
  );
  if (!task) return [];
  const { status = '', endedAt = task.startedAt } = task;
  return [
    finding(
      checkup,
      'gc-failed',
      'warning',
      store,
      `Garbage collection of ${store} has never gone well, and failed ${ago(endedAt, checkup.server.now())}: ${status}`,
      { since: iso(endedAt), next: showTasks(checkup, 'gc', store) },
    ),
  ];
}

/** Pruning may be done by Proxmox VE, and a second copy is a matter of taste: neither is missed. */
function missingJobFindings(checkup: Checkup, store: Store): Finding[] {
  if (!isReadable(store) || store.availability === 'hidden') return [];
  const next = show(checkup, 'pbs_list_datastores', { datastore: store.name });
  const findings: Finding[] = [];
  if (
    checkup.jobs.gc &&
    store.gc &&
    store.gc.schedule === undefined &&
    !isRecent(checkup, store.gc)
  )
    findings.push(
      finding(
        checkup,
        'no-gc',
        'warning',
        store.name,
        `Nothing collects garbage in datastore ${store.name}: what is pruned frees no space until it runs`,
        { next },
      ),
    );
  if (checkup.jobs.verify && !store.jobs.some(({ kind }) => kind === 'verify'))
    findings.push(
      finding(
        checkup,
        'no-verify',
        'info',
        store.name,
        `No verify job for datastore ${store.name}: nothing checks that its backups can still be read`,
        { next },
      ),
    );
  return findings;
}

const isRecent = ({ server }: Checkup, { endedAt, last }: Job): boolean =>
  last === 'running' || (endedAt !== undefined && server.now() - endedAt < unscheduledGcMs);
