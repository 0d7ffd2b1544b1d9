import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import type { BackupJob } from '../schema/cluster.ts';
import type { Guest } from '../schema/resources.ts';
import { finding, isPermitted, showGuest, type View } from './view.ts';

const named = 10;

/** Whether every guest that runs is in a backup job. Whether the jobs succeed is told by their tasks. */
export async function backupFindings(view: View): Promise<Finding[]> {
  if (!isPermitted(view, '/', 'Sys.Audit')) return [];
  const [missing, jobs] = await Promise.all([
    view.check('guests without a backup job', () => view.one.notBackedUp()),
    view.check('backup jobs', () => view.one.backupJobs()),
  ]);
  return [
    ...uncovered(view, new Set(missing?.map(({ vmid }) => vmid))),
    ...switchedOff(view, jobs ?? []),
  ];
}

/** One finding for all that run; what is stopped and in no job changes nothing that could be lost. */
function uncovered(view: View, missing: ReadonlySet<number>): Finding[] {
  const guests = view.resources.guests.filter(
    ({ vmid, template, status, lastStatus = status }) =>
      missing.has(vmid) && !template && lastStatus !== 'stopped' && lastStatus !== 'unknown',
  );
  if (guests.length === 0) return [];
  return [
    finding(
      view,
      'not-backed-up',
      'warning',
      'jobs',
      `${plural(guests.length, 'running guest')} in no backup job: ${list(guests)}`,
      { next: shown(view, guests) },
    ),
  ];
}

/** Proxmox VE counts a guest as backed up even when the only job that has it is switched off. */
function switchedOff(view: View, jobs: readonly BackupJob[]): Finding[] {
  const safe = new Set(
    jobs.filter(({ enabled }) => enabled).flatMap((job) => members(job, view.resources.guests)),
  );
  return jobs
    .filter(({ enabled }) => !enabled)
    .flatMap((job) => {
      const lost = members(job, view.resources.guests).filter(
        (guest) => !safe.has(guest) && !guest.template && guest.status === 'running',
      );
      return lost.length === 0
        ? []
        : [
            finding(
              view,
              'backup-job-disabled',
              'warning',
              job.id,
              `Backup job ${job.id} is switched off, and ${plural(lost.length, 'running guest')} in no other: ${list(lost)}`,
              { next: shown(view, lost) },
            ),
          ];
    });
}

const shown = (view: View, [first, ...others]: readonly Guest[]): Finding['next'] =>
  first && others.length === 0
    ? showGuest(view, first.vmid)
    : { tool: 'list_guests', arguments: { status: 'running', ...view.where } };

const members = ({ all, vmids, pool, exclude }: BackupJob, guests: readonly Guest[]): Guest[] =>
  guests.filter(({ vmid, pool: mine }) =>
    all ? !exclude.includes(vmid) : pool !== undefined ? mine === pool : vmids.includes(vmid),
  );

const list = (guests: readonly Guest[]): string =>
  guests
    .slice(0, named)
    .map(({ vmid, name }) => `${vmid}${name ? ` ${name}` : ''}`)
    .join(', ') + (guests.length > named ? ` and ${guests.length - named} more` : '');
