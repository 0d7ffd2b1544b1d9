import type { Steps } from '../../core/inventory.ts';

/** What runs of Semaphore add to plans: what failed, and what changed something. */
export const steps: Steps = {
  morning: [
    {
      tool: 'semaphore_list_tasks',
      arguments: { status: 'failed', limit: 10 },
      look: 'runs that failed since yesterday and were not repeated with success',
    },
  ],
  changes: [
    {
      tool: 'semaphore_list_tasks',
      arguments: { limit: 30 },
      look: 'runs of the last day: who or what started them, and what they changed',
    },
  ],
};
