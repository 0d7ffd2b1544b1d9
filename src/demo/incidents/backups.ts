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
  'backup-job-disabled': {
    title: 'Somebody switched the daily backup job off',
    expect: 'proxmox.backup-job-disabled/backup-daily',
    apply(world) {
      for (const job of world.proxmox.backupJobs)
        if (job.id === 'backup-daily') job.enabled = false;
    },
  },
} satisfies Record<string, Incident>;
