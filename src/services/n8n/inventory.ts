import { plural } from '../../core/base/units.ts';
import { inventory as defineInventory } from './client.ts';
import { thingsOf } from './things.ts';

/** Its workflows, from one list. It has no names that other services ask for. */
export const inventory = defineInventory(async (n8n) => {
  const { several } = n8n;
  const answers = await n8n.all((client) => client.workflows());
  return {
    known: [],
    things: answers.flatMap(({ instance, value: { rows } }) =>
      thingsOf({ instance, several, workflows: rows }),
    ),
    ...(answers.every(({ value }) => !value.hasMore) && { whole: ['workflow'] }),
    gaps: answers.flatMap(({ instance, value: { rows, hasMore } }) =>
      hasMore
        ? [
            {
              what: `${several ? `${instance}: ` : ''}other workflows`,
              why: `only the first ${plural(rows.length, 'workflow')} are read`,
            },
          ]
        : [],
    ),
  };
});
