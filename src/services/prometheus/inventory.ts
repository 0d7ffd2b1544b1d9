import { inventory as defineInventory } from './client.ts';
import { thingsOf } from './things.ts';

/** What is scraped, from one request a server. It has no names that other services ask for. */
export const inventory = defineInventory(async (fleet) => {
  const { several, without } = fleet;
  if (without.has('targets')) return { known: [], gaps: [] };
  const answers = await fleet.all(async (prometheus, instance) =>
    thingsOf({
      instance,
      several,
      targets: await prometheus.targets(),
      receivers: undefined,
      alertmanager: undefined,
      settings: prometheus.settings,
    }),
  );
  return { known: [], things: answers.flatMap(({ value }) => value), whole: ['target'], gaps: [] };
});
