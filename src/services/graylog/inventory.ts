import type { Gap } from '../../core/gap.ts';
import { grants } from './rights.ts';
import { inventory as defineInventory } from './client.ts';
import { thingsOf } from './things.ts';

/** So many sources are asked for: a homelab has fewer. */
const sourceLimit = 500;

/** Every host that logged something in the last day, from one request a server. It has no names that other services ask for. */
export const inventory = defineInventory(async (fleet) => {
  const { several } = fleet;
  const answers = await fleet.all(async (graylog) => {
    const [sources, permissions = []] = await Promise.all([
      graylog.sources(sourceLimit),
      graylog.permissions(),
    ]);
    return { sources, whole: sources.length < sourceLimit && seesEverything(permissions) };
  });
  return {
    known: [],
    things: answers.flatMap(({ instance, value: { sources } }) =>
      thingsOf({ instance, several, state: 'up', sources }),
    ),
    ...(answers.every(({ value }) => value.whole) && { whole: ['source'] }),
    gaps: answers.some(({ value }) => value.sources.length >= sourceLimit) ? [someSources] : [],
  };
});

const someSources: Gap = {
  what: 'some sources of log messages',
  why: `no more than ${sourceLimit} are asked for`,
};

/** Where every message is, unless a rule takes it out. */
const defaultStream = '000000000000000000000001';

/** Who may not read some streams does not see who logs to those alone. */
const seesEverything = (permissions: readonly string[]): boolean =>
  grants(permissions, `streams:read:${defaultStream}`);
