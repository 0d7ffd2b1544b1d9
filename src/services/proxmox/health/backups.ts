import { plural } from '../../../core/base/units.ts';
import type { OwnDrift } from '../../../core/drift.ts';
import type { Finding } from '../../../core/health.ts';
import type { Ref } from '../../../core/map.ts';
import { membersOf } from '../backup-jobs.ts';
import { instanceArgument, showGuest, showOverview } from '../calls.ts';
import { guestTitle } from '../lookup.ts';
import { refOfGuest, refOfJob } from '../refs.ts';
import type { BackupJob } from '../schema/cluster.ts';
import type { Guest } from '../schema/resources.ts';
import { isPermitted } from '../rights.ts';
import type { Checkup } from './checkup.ts';
import { finding, nameGuests, ofGuests } from './finding.ts';

/** What is known of the backup jobs of a cluster. */
export interface BackupsReport {
  findings: Finding[];
  /** Guests that run and are in no job; undefined where that could not be asked. */
  missing: OwnDrift[] | undefined;
}

/** Whether every guest that runs is in a backup job. Whether the jobs succeed is told by their tasks. */
export async function reportBackups(checkup: Checkup): Promise<BackupsReport> {
  if (!isPermitted(checkup, '/', 'Sys.Audit')) return { findings: [], missing: undefined };
  const { check, cluster, backupJobs: jobs = [] } = checkup;
  const notBackedUp = await check('guests without a backup job', () => cluster.notBackedUp(), {
    part: 'backup-jobs',
  });
  const missing = runningAmong(checkup, new Set(notBackedUp?.map(({ vmid }) => vmid)));
  return {
    findings: [
      ...notBackedUpFindings(checkup, missing),
      ...disabledJobFindings(checkup, jobs),
      ...jobs.filter(({ enabled }) => enabled).flatMap((job) => brokenJobFindings(checkup, job)),
    ],
    missing:
      notBackedUp && isPermitted(checkup, '/vms', 'VM.Audit')
        ? missing.map((guest) => missingGuest(checkup, guest))
        : undefined,
  };
}

/** What is stopped and in no job changes nothing that could be lost. */
const runningAmong = ({ resources }: Checkup, vmids: ReadonlySet<number>): Guest[] =>
  resources.guests.filter(
    ({ vmid, template, status, lastStatus = status }) =>
      vmids.has(vmid) && !template && lastStatus !== 'stopped' && lastStatus !== 'unknown',
  );

function missingGuest(checkup: Checkup, guest: Guest): OwnDrift {
  const by = checkup.label === undefined ? 'Proxmox VE' : `Proxmox VE ${checkup.label}`;
  return {
    subject: guestTitle(guest),
    about: refOfGuest(checkup.cluster.instance, guest.vmid),
    statements: [
      { by, says: `${guest.status} on ${guest.node}` },
      { by, says: 'no backup job has it' },
    ],
    next: showGuest(checkup, guest.vmid),
    finding: `proxmox.not-backed-up/${checkup.label === undefined ? '' : `${checkup.label}:`}jobs`,
  };
}

/** One finding for all of them. */
function notBackedUpFindings(checkup: Checkup, guests: readonly Guest[]): Finding[] {
  if (guests.length === 0) return [];
  return [
    finding(
      checkup,
      'not-backed-up',
      'warning',
      'jobs',
      `${plural(guests.length, 'running guest')} in no backup job: ${nameGuests(guests)}`,
      {
        about: ofSome(checkup, guests),
        effect: 'risk',
        meaning: 'backup/no-job',
        next: showGuests(checkup, guests),
      },
    ),
  ];
}

/** Proxmox VE counts a guest as backed up even when the only job that has it is switched off. */
function disabledJobFindings(checkup: Checkup, jobs: readonly BackupJob[]): Finding[] {
  const { guests } = checkup.resources;
  const covered = new Set(
    jobs.filter(({ enabled }) => enabled).flatMap((job) => membersOf(job, guests)),
  );
  return jobs
    .filter(({ enabled }) => !enabled)
    .flatMap((job) => {
      const uncovered = membersOf(job, guests).filter(
        (guest) => !covered.has(guest) && !guest.template && guest.status === 'running',
      );
      if (uncovered.length === 0) return [];
      return [
        finding(
          checkup,
          'backup-job-disabled',
          'warning',
          job.id,
          `Backup job ${job.id} is switched off, and ${plural(uncovered.length, 'running guest')} in no other: ${nameGuests(uncovered)}`,
          {
            about: [refOfJob(checkup.cluster.instance, job.id), ...ofSome(checkup, uncovered)],
            effect: 'risk',
            next: showGuests(checkup, uncovered),
          },
        ),
      ];
    });
}

/** What a job is told to do and cannot: its storage is gone, or guests are, which it fails for on every node. */
function brokenJobFindings(checkup: Checkup, job: BackupJob): Finding[] {
  const { id, storage, vmids } = job;
  const { storages, guests } = checkup.resources;
  const isGone =
    storage !== undefined &&
    isPermitted(checkup, '/storage', 'Datastore.Audit') &&
    storages.length > 0 &&
    !storages.some((other) => other.storage === storage);
  const known = new Set(guests.map(({ vmid }) => vmid));
  const unknown =
    known.size > 0 && isPermitted(checkup, '/vms', 'VM.Audit')
      ? vmids.filter((vmid) => !known.has(vmid))
      : [];
  const next = showOverview(checkup);
  const about = [refOfJob(checkup.cluster.instance, id)];
  return [
    ...(isGone
      ? [
          finding(
            checkup,
            'backup-job-storage',
            'warning',
            id,
            `Backup job ${id} writes to storage ${storage}, which no node has: it was removed or is switched off`,
            { about, effect: 'stops', next },
          ),
        ]
      : []),
    ...(unknown.length > 0
      ? [
          finding(
            checkup,
            'backup-job-guests',
            'warning',
            id,
            `Backup job ${id} names ${unknown.join(', ')}, which no guest is: its runs end with an error until it no longer does`,
            // What a job is told to do is wrong whatever else fails: it follows from nothing.
            { about, effect: 'risk', next },
          ),
        ]
      : []),
  ];
}

/** What is not backed up goes on working, and nothing fails for it: the rest may be left out. */
const maxAbout = 20;
const ofSome = (checkup: Checkup, guests: readonly Guest[]): Ref[] =>
  ofGuests(checkup, ...guests.slice(0, maxAbout).map(({ vmid }) => vmid));

const showGuests = (checkup: Checkup, [first, ...others]: readonly Guest[]): Finding['next'] =>
  first && others.length === 0
    ? showGuest(checkup, first.vmid)
    : { tool: 'list_guests', arguments: { status: 'running', ...instanceArgument(checkup) } };
