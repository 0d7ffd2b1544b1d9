import type { Settings } from './settings.ts';

/** How many changes this process is making on each Pi-hole. */
const changes = new WeakMap<Settings, number>();

const add = (piholes: readonly Settings[], n: number): void => {
  for (const settings of piholes) changes.set(settings, (changes.get(settings) ?? 0) + n);
};

/** Does the work of a change, and lets a check-up know of it meanwhile. */
export async function changing<T>(
  piholes: readonly Settings[],
  work: () => Promise<T>,
): Promise<T> {
  add(piholes, 1);
  return work().finally(() => add(piholes, -1));
}

/** Whether this process is changing it now: what looks wrong meanwhile may be that change on its way. */
export const isChanging = (settings: Settings): boolean => (changes.get(settings) ?? 0) > 0;
