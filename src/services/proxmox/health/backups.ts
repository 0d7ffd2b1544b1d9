import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import type { BackupJob } from '../schema/cluster.ts';
import type { Guest } from '../schema/resources.ts';
import { finding, isPermitted, showGuest, type Checkup } from './checkup.ts';

const named = 10;

/** Whether every guest that runs is in a backup job. Whether the jobs succeed is told by their tasks. */
export async function backupFindings(checkup: Checkup): Promise<Finding[]> {
  if (!isPermitted(checkup, '/', 'Sys.Audit')) return [];
  const [missing, jobs] = await Promise.all([
    checkup.check('guests without a backup job', () => checkup.one.notBackedUp()),
    checkup.check('backup jobs', () => checkup.one.backupJobs()),
  ]);
  return [
    ...uncovered(checkup, new Set(missing?.map(({ vmid }) => vmid))),
    ...switchedOff(checkup, jobs ?? []),
  ];
}

/** One finding for all that run; what is stopped and in no job changes nothing that could be lost. */
function uncovered(checkup: Checkup, missing: ReadonlySet<number>): Finding[] {
  const guests = checkup.resources.guests.filter(
    ({ vmid, template, status, lastStatus = status }) =>
      missing.has(vmid) && !template && lastStatus !== 'stopped' && lastStatus !== 'unknown',
  );
  if (guests.length === 0) return [];
  return [
    finding(
      checkup,
      'not-backed-up',
      'warning',
      'jobs',
      `${plural(guests.length, 'running guest')} in no backup job: ${list(guests)}`,
      { next: shown(checkup, guests) },
    ),
  ];
}

/** Proxmox VE counts a guest as backed up even when the only job that has it is switched off. */
function switchedOff(checkup: Checkup, jobs: readonly BackupJob[]): Finding[] {
  const safe = new Set(
    jobs.filter(({ enabled }) => enabled).flatMap((job) => members(job, checkup.resources.guests)),
  );
  return jobs
    .filter(({ enabled }) => !enabled)
    .flatMap((job) => {
      const lost = members(job, checkup.resources.guests).filter(
        (guest) => !safe.has(guest) && !guest.template && guest.status === 'running',
      );
      return lost.length === 0
        ? []
        : [
            finding(
              checkup,
              'backup-job-disabled',
              'warning',
              job.id,
              `Backup job ${job.id} is switched off, and ${plural(lost.length, 'running guest')} in no other: ${list(lost)}`,
              { next: shown(checkup, lost) },
            ),
          ];
    });
}

const shown = (checkup: Checkup, [first, ...others]: readonly Guest[]): Finding['next'] =>
  first && others.length === 0
    ? showGuest(checkup, first.vmid)
    : { tool: 'list_guests', arguments: { status: 'running', ...checkup.where } };

const members = ({ all, vmids, pool, exclude }: BackupJob, guests: readonly Guest[]): Guest[] =>
  guests.filter(({ vmid, pool: mine }) =>
    all ? !exclude.includes(vmid) : pool !== undefined ? mine === pool : vmids.includes(vmid),
  );

const list = (guests: readonly Guest[]): string =>
  guests
    .slice(0, named)
    .map(({ vmid, name }) => `${vmid}${name ? ` ${name}` : ''}`)
    .join(', ') + (guests.length > named ? ` and ${guests.length - named} more` : '');
