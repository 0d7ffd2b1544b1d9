import type { Steps } from '../../core/inventory.ts';

/** What workflows add to plans: what failed, and what no longer runs. */
export const steps: Steps = {
  morning: [
    {
      tool: 'n8n_list_executions',
      arguments: { status: 'failed', since: '24h', limit: 20 },
      look: 'workflows that failed, the step, and whether a later run went well',
    },
  ],
  changes: [
    {
      tool: 'n8n_list_workflows',
      look: 'workflows that are switched off although they have triggers, and those whose last run is older than their rhythm',
    },
  ],
};
