import { LaresError } from '../../core/base/errors.ts';
import type { Gap } from '../../core/gap.ts';
import { inventory as defineInventory, type Graylog } from './client.ts';
import { thingsOf } from './things.ts';

/** So many sources are asked for: a homelab has fewer. */
const sourceLimit = 500;

/** Every host that logged something in the last day, from one request a server. It has no names that other services ask for. */
export const inventory = defineInventory(async (fleet) => {
  const { several } = fleet;
  const answers = await fleet.all(async (graylog) => {
    const [sources, isWhole] = await Promise.all([
      graylog.sources(sourceLimit),
      seesEverything(graylog),
    ]);
    return { sources, whole: isWhole && sources.length < sourceLimit };
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

/** Every message is in the default stream, unless a rule takes it out. Who may not read that one does not see who logs to others alone. */
const seesEverything = (graylog: Graylog): Promise<boolean> =>
  graylog.streams().then(
    (streams) => streams.some(({ isDefault }) => isDefault),
    (error: unknown) => {
      if (error instanceof LaresError) return false;
      throw error;
    },
  );
