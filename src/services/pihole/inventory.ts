import type { KnownThing, Steps } from '../../core/inventory.ts';
import { inventory as from } from './client.ts';
import { compareRecords } from './drift.ts';
import { recordsOf } from './records.ts';

/** Every local record, once however many instances have it. */
export const inventory = from(async (pihole) => {
  const answers = await pihole.all((one) => one.dns());
  const records = compareRecords(
    answers.map(({ instance, value }) => ({ instance, records: recordsOf(value) })),
  );
  const known = records.map(({ name, type, value, missingOn }): KnownThing => ({
    kind: 'name',
    id: name,
    about: `${type}${missingOn.length > 0 ? `, not on ${missingOn.join(', ')}` : ''}`,
    points: [value],
    more: { tool: 'dns_lookup', arguments: { domain: name } },
  }));
  return { known, gaps: [] };
});

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
