import type { KnownThing } from '../../core/inventory.ts';
import { inventory as defineInventory } from './client.ts';
import { compareRecords } from './drift.ts';
import { recordsOf } from './records.ts';
import { thingsOf } from './things.ts';

/** Every local record, once however many instances have it. */
export const inventory = defineInventory(async (pihole) => {
  const answers = await pihole.all((instance) => instance.dns());
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
  const observed = pihole.names.map((instance) => ({
    instance,
    settings: pihole.on(instance).settings,
    dns: answers.find((answer) => answer.instance === instance)?.value,
  }));
  return { known, things: thingsOf(observed, pihole.several), whole: ['name'], gaps: [] };
});
