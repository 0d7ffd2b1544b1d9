import type { JsonObject } from '../../core/base/json.ts';

/** The call that digs deeper, at the right server. */
export const show = (
  { label }: { label: string | undefined },
  tool: 'pbs_list_datastores' | 'pbs_list_backups' | 'pbs_list_tasks',
  args: Readonly<Record<string, string>>,
): { tool: string; arguments: JsonObject } => ({
  tool,
  arguments: { ...args, ...(label !== undefined && { instance: label }) },
});
