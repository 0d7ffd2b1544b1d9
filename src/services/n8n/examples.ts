import type { JsonObject } from '../../core/base/json.ts';

/** Arguments with which each tool works on the demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = {
  n8n_list_workflows: { state: 'active', limit: 5 },
  n8n_list_executions: { workflow: 'Backup report', limit: 5 },
};
