import type { Incident } from './incident.ts';

export const backupIncidents = {
  'backup-failed': {
    title: 'The last backup of pve-mini5 failed',
    expect: 'proxmox.task-failed/vzdump:pve-mini5',
    apply(world) {
      const task = world.proxmox.tasks.findLast(
        ({ node, type }) => node === 'pve-mini5' && type === 'vzdump',
      );
      if (!task) return;
      const lines = [
        'INFO: Starting Backup of VM 30062 (lxc)',
        "ERROR: Backup of VM 30062 failed - command 'lxc-usernsexec' failed: exit code 255",
      ];
      Object.assign(task, {
        exit: 'job errors',
        log: [...lines, 'INFO: Backup job finished with errors', 'TASK ERROR: job errors'],
      });
    },
  },
  'guest-not-backed-up': {
    title: 'No backup job covers vaultwarden any more',
    expect: 'proxmox.not-backed-up',
    apply(world) {
      for (const job of world.proxmox.backupJobs)
        job.guests = job.guests?.filter((vmid) => vmid !== 10028) ?? null;
    },
  },
  'backup-job-storage-gone': {
    title: 'The weekly backup job writes to a storage that was removed',
    expect: 'proxmox.backup-job-storage/backup-weekly',
    apply(world) {
      for (const job of world.proxmox.backupJobs)
        if (job.id === 'backup-weekly') job.storage = 'nas-backup';
    },
  },
  'backup-job-guest-gone': {
    title: 'The weekly backup job still names a guest that was removed',
    expect: 'proxmox.backup-job-guests/backup-weekly',
    apply(world) {
      for (const job of world.proxmox.backupJobs)
        if (job.id === 'backup-weekly') job.guests?.push(999);
    },
  },
  'backup-job-of-the-past': {
    title: 'A job that is switched off names a storage and a guest of the past: nothing is wrong',
    apply(world) {
      const [job] = world.proxmox.backupJobs;
      if (job)
        world.proxmox.backupJobs.push({
          ...job,
          id: 'backup-old',
          enabled: false,
          storage: 'nas-backup',
          guests: [999],
        });
    },
  },
  'backup-job-disabled': {
    title: 'Somebody switched the daily backup job off',
    expect: 'proxmox.backup-job-disabled/backup-daily',
    apply(world) {
      for (const job of world.proxmox.backupJobs)
        if (job.id === 'backup-daily') job.enabled = false;
    },
  },
} satisfies Record<string, Incident>;
