import { ago, iso, plural } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { show } from '../calls.ts';
import type { Job } from '../schema/job.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofJob, ofStore } from './finding.ts';

const titles = {
  gc: 'Garbage collection',
  verify: 'Verify job',
  prune: 'Prune job',
  sync: 'Sync job',
} as const;
const kinds = { gc: 'gc', verify: 'verify-job', prune: 'prune', sync: 'sync' } as const;

/** A last run that failed, was cut short, or warned. A job that never ran has not failed. */
export async function lastRunFindings(checkup: Checkup, job: Job): Promise<Finding[]> {
  const { kind, id, store, last, reason = 'no reason given', endedAt, disabled } = job;
  if (disabled || last === 'ok' || last === 'never' || last === 'running') return [];
  if (kind === 'verify' && hasDamagedBackups(checkup, store)) return [];
  const title = kind === 'gc' ? `${titles.gc} of ${store}` : `${titles[kind]} ${id} of ${store}`;
  const name = kind === 'gc' ? store : `${store}/${id}`;
  const when = endedAt === undefined ? '' : ` ${ago(endedAt, checkup.server.now())}`;
  const details = {
    about: ofJob(checkup, job),
    since: endedAt === undefined ? undefined : iso(endedAt),
    next: showTasks(checkup, kind, store),
  };
  if (last === 'warning') return [await warnedFinding(checkup, job, { title, name, when })];
  if (last === 'failed') {
    const message = `${title} failed${when}: ${reason}`;
    return [
      finding(checkup, `${kinds[kind]}-failed`, 'warning', name, message, {
        ...details,
        effect: 'stops',
      }),
    ];
  }
  const message = `${title} was cut short${when}, mostly by a restart of the server`;
  return [
    finding(checkup, `${kinds[kind]}-interrupted`, 'info', name, message, {
      ...details,
      effect: 'note',
    }),
  ];
}

/** How the run of a job is called, and how long ago it ended. */
interface RunTitle {
  title: string;
  name: string;
  when: string;
}

/** A chunk that garbage collection cannot find is missing from the backups that need it: nothing else tells, as long as they are not verified again. */
const missingChunk = /(non-existent|missing) chunk/i;

/** What a job warned of stands in its log alone. */
async function warnedFinding(
  checkup: Checkup,
  job: Job,
  { title, name, when }: RunTitle,
): Promise<Finding> {
  const { kind, store, reason = '', endedAt, upid } = job;
  const warnings =
    upid === undefined
      ? []
      : ((await checkup.check(`warnings of ${title}`, () => checkup.server.taskWarnings(upid))) ??
        []);
  const first = warnings.find((line) => missingChunk.test(line)) ?? warnings[0];
  const isLoss = first !== undefined && missingChunk.test(first);
  const count = Number(/\d+/.exec(reason)?.[0] ?? warnings.length);
  const consequence = isLoss ? '. Backups that need what is missing cannot be restored whole' : '';
  return finding(
    checkup,
    `${kinds[kind]}-warnings`,
    isLoss ? 'critical' : 'warning',
    name,
    `${title} ended with ${plural(count, 'warning')}${when}${first ? `: ${first}` : ''}${consequence}`,
    {
      // What is lost is lost to the backups of the datastore, whichever job met it.
      about: [...(isLoss ? ofStore(checkup, store) : []), ...ofJob(checkup, job)],
      effect: 'degrades',
      since: endedAt === undefined ? undefined : iso(endedAt),
      evidence: upid,
      next: showTasks(checkup, kind, store),
    },
  );
}

/** A verify job fails because of backups that are damaged, and those are named. */
const hasDamagedBackups = ({ listing }: Checkup, store: string): boolean =>
  listing.groups.some((group) => group.store === store && group.failedVerifications > 0);

const showTasks = (checkup: Checkup, kind: Job['kind'], store: string): Finding['next'] =>
  show(checkup, 'pbs_list_tasks', { kind, since: '30d', datastore: store });
