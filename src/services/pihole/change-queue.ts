import type { Settings } from './settings.ts';

/** The end of the last change that was begun on each Pi-hole of this process. */
const lastChanges = new WeakMap<Settings, Promise<void>>();

/**
 * One change of the same Pi-holes after another. FTL checks a new configuration in one file, so two checks at once destroy each other;
 * and two changes that each restart one of a pair would take both resolvers away. All places in the queues are taken at once, so that nobody waits in a circle.
 */
export function exclusively<T>(piholes: readonly Settings[], work: () => Promise<T>): Promise<T> {
  const earlier = piholes.flatMap((settings) => lastChanges.get(settings) ?? []);
  const result = Promise.all(earlier).then(work);
  const end = result.then(
    () => undefined,
    () => undefined,
  );
  for (const settings of piholes) lastChanges.set(settings, end);
  void end.then(() => {
    for (const settings of piholes)
      if (lastChanges.get(settings) === end) lastChanges.delete(settings);
  });
  return result;
}

/** Whether this process is changing it now: what looks wrong meanwhile may be that change on its way. */
export const isChanging = (settings: Settings): boolean => lastChanges.has(settings);
