import { day } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { show } from '../calls.ts';
import { isReadable, type Store } from '../datastores.ts';
import type { GcJob, Job } from '../schema/job.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofStore } from './finding.ts';
import { lastRunFindings } from './job-runs.ts';

/** Garbage collection without a schedule is missed when it has not run, by hand or by another scheduler, for so long. */
const unscheduledGcMs = 31 * day;

/** Jobs whose last run did not go well, and what no job takes care of. */
export async function jobFindings(checkup: Checkup): Promise<Finding[]> {
  const { gc = [], verify = [], prune = [], sync = [] } = checkup.jobs;
  const found = await Promise.all([
    ...gc.map((job) => collectionFindings(checkup, job)),
    ...[...verify, ...prune, ...sync].map((job) => lastRunFindings(checkup, job)),
  ]);
  return [
    ...found.flat(),
    ...checkup.stores.flatMap((store) => missingVerifyFindings(checkup, store)),
  ];
}

/** That nothing collects is no news where it is said that collecting fails. */
async function collectionFindings(checkup: Checkup, job: GcJob): Promise<Finding[]> {
  const latest = isInDoubt(checkup, job) ? await latestRun(checkup, job) : job;
  const findings = await lastRunFindings(checkup, latest);
  return findings.length > 0 ? findings : uncollectedFindings(checkup, latest);
}

const isInDoubt = (checkup: Checkup, job: GcJob): boolean =>
  !['ok', 'running'].includes(job.last) || isUnscheduled(checkup, job);

/** The list of garbage collections is a memory that a change of the configuration spoils: it may miss the last run, and all of them. Their tasks do not. */
async function latestRun({ server, check, tasks }: Checkup, job: GcJob): Promise<Job> {
  if (!tasks) return job;
  const runs = await check(`garbage collections of ${job.store}`, () =>
    server.collections(job.store, server.now() - unscheduledGcMs),
  );
  const [newest] = (runs ?? []).filter(({ endedAt }) => endedAt !== undefined);
  if (newest?.endedAt === undefined || newest.endedAt < (job.endedAt ?? 0)) return job;
  const { outcome, status, startedAt, endedAt, upid } = newest;
  return {
    ...job,
    last: outcome,
    reason: outcome === 'ok' ? undefined : status,
    startedAt,
    endedAt,
    upid,
  };
}

function uncollectedFindings(checkup: Checkup, job: Job): Finding[] {
  const store = checkup.stores.find(({ name }) => name === job.store);
  if (!store || !isJudged(store) || !isUnscheduled(checkup, job)) return [];
  return [
    finding(
      checkup,
      'no-gc',
      'warning',
      store.name,
      `Nothing collects garbage in datastore ${store.name}: what is pruned frees no space until it runs`,
      {
        about: ofStore(checkup, store.name),
        effect: 'risk',
        next: show(checkup, 'pbs_list_datastores', { datastore: store.name }),
      },
    ),
  ];
}

const isUnscheduled = ({ server }: Checkup, { schedule, endedAt, last }: Job): boolean =>
  schedule === undefined &&
  last !== 'running' &&
  (endedAt === undefined || server.now() - endedAt >= unscheduledGcMs);

const isJudged = (store: Store): boolean => isReadable(store) && store.availability !== 'hidden';

/** Pruning may be done by Proxmox VE, and a second copy is a matter of taste: neither is missed. */
function missingVerifyFindings(checkup: Checkup, store: Store): Finding[] {
  if (!isJudged(store)) return [];
  if (!checkup.jobs.verify || store.jobs.some(({ kind }) => kind === 'verify')) return [];
  return [
    finding(
      checkup,
      'no-verify',
      'info',
      store.name,
      `No verify job for datastore ${store.name}: nothing checks that its backups can still be read`,
      {
        about: ofStore(checkup, store.name),
        effect: 'note',
        next: show(checkup, 'pbs_list_datastores', { datastore: store.name }),
      },
    ),
  ];
}
