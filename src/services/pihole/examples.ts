import type { JsonObject } from '../../core/base/json.ts';

/** Arguments with which each tool works on the demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = {
  dns_list_records: { filter: 'lab.example.net', limit: 10 },
  dns_lookup: { domain: 'files.lab.example.net' },
  dns_add_record: { domain: 'scanner.lab.example.net', ip: '10.0.10.31' },
  dns_remove_record: { domain: 'git.lab.example.net' },
};
