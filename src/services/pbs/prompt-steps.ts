import type { Steps } from '../../core/inventory.ts';

/** What the backup server adds to the plans that are handed out as prompts. */
export const steps: Steps = {
  morning: [
    {
      tool: 'pbs_list_tasks',
      arguments: { since: '24h', status: 'failed' },
      look: 'backups, verifications and garbage collections that failed in the night',
    },
  ],
  restart: [
    {
      tool: 'pbs_list_backups',
      arguments: { guest: '{guest}' },
      look: 'the age of its last good backup: say it before asking',
    },
  ],
  backups: [
    {
      tool: 'pbs_list_backups',
      look: 'per guest the last good backup, its age against its usual rhythm, failed and missing verifications',
      embed: true,
    },
    {
      tool: 'pbs_list_backups',
      arguments: { state: 'overdue' },
      look: 'overdue ones: since when, and what they protect',
    },
    {
      tool: 'pbs_list_tasks',
      arguments: { since: '7d', status: 'failed' },
      look: 'the reason of every failed task, in its own words',
    },
    {
      tool: 'pbs_list_datastores',
      look: 'how full, when full, and whether garbage collection, verify and prune jobs run',
    },
  ],
  changes: [
    {
      tool: 'pbs_list_tasks',
      arguments: { since: '24h' },
      look: 'restores, prunes and backups that do not happen every day',
    },
  ],
  capacity: [
    {
      tool: 'pbs_list_datastores',
      look: 'datastores that will be full, the soonest first',
      embed: true,
    },
  ],
};
