import type { JsonObject } from '../../core/base/json.ts';

/** Arguments with which each tool works on the healthy demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = {
  pbs_list_datastores: {},
  pbs_list_backups: { guest: 'n8n' },
  pbs_list_tasks: { since: '24h' },
};
