import type { Steps } from '../../core/inventory.ts';

/** What Pi-hole adds to the plans that Lares hands out as prompts. */
export const steps: Steps = {
  morning: [
    {
      tool: 'dns_list_records',
      arguments: { drift: true },
      look: 'records that are not on every resolver',
    },
  ],
  dns: [
    {
      tool: 'dns_lookup',
      arguments: { domain: '{name}' },
      look: 'whether every resolver answers, the same, and what is configured; A and AAAA separately, because a local A record does not stop AAAA from going upstream',
      embed: true,
    },
    {
      tool: 'dns_list_records',
      arguments: { filter: '{name}' },
      look: 'a mistyped or doubled record, a CNAME whose target is gone, drift',
    },
  ],
  changes: [
    {
      tool: 'dns_list_records',
      arguments: { drift: true },
      look: 'a record that was added or removed on one resolver only',
    },
  ],
};
