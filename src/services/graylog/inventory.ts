import type { Gap } from '../../core/gap.ts';
import { inventory as defineInventory } from './client.ts';
import { thingsOf } from './things.ts';

/** So many sources are asked for: a homelab has fewer. */
const sourceLimit = 500;

/** Every host that logged something in the last day, from one request a server. It has no names that other services ask for. */
export const inventory = defineInventory(async (fleet) => {
  const { several } = fleet;
  const answers = await fleet.all((graylog) => graylog.sources(sourceLimit));
  return {
    known: [],
    things: answers.flatMap(({ instance, value: sources }) =>
      thingsOf({ instance, several, state: 'up', sources }),
    ),
    gaps: answers.some(({ value }) => value.length >= sourceLimit) ? [someSources] : [],
  };
});

const someSources: Gap = {
  what: 'some sources of log messages',
  why: `no more than ${sourceLimit} are asked for`,
};
