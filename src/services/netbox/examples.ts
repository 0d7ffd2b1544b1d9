import type { JsonObject } from '../../core/base/json.ts';

/** Arguments with which each tool works on the demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = {
  netbox_search: { query: 'n8n' },
  netbox_list_ips: { prefix: '10.0.30.0/24', limit: 10 },
  netbox_list_devices: { name: 'pve', limit: 10 },
};
