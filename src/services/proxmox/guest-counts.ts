import * as z from 'zod';
import { plural } from '../../core/base/units.ts';
import type { Guest } from './schema/resources.ts';

/** How many guests are in which state. Templates count as nothing else; `unknown` are on nodes that are offline or say nothing. */
export const GuestCounts = z.object({
  total: z.int(),
  running: z.int(),
  stopped: z.int(),
  templates: z.int(),
  unknown: z.int(),
  other: z.record(z.string(), z.int()).describe('QEMU run states such as paused or io-error'),
});
export type GuestCounts = z.output<typeof GuestCounts>;

/** Of many clusters or of one node: whatever the list holds. */
export function countGuests(guests: readonly Pick<Guest, 'status' | 'template'>[]): GuestCounts {
  const count: GuestCounts = {
    total: guests.length,
    running: 0,
    stopped: 0,
    templates: 0,
    unknown: 0,
    other: {},
  };
  for (const { status, template } of guests) {
    if (template) count.templates++;
    else if (status === 'running' || status === 'stopped' || status === 'unknown') count[status]++;
    else count.other[status] = (count.other[status] ?? 0) + 1;
  }
  return count;
}

/** `38 of 47 guests run (7 stopped, 2 templates)`. */
export function guestCountsText({
  total,
  running,
  stopped,
  templates,
  unknown,
  other,
}: GuestCounts): string {
  const others = [
    stopped && `${stopped} stopped`,
    ...Object.entries(other).map(([status, n]) => `${n} ${status}`),
    unknown && `${unknown} unknown`,
    templates && plural(templates, 'template'),
  ].filter(Boolean);
  const details = others.length > 0 ? ` (${others.join(', ')})` : '';
  return `${running} of ${plural(total, 'guest')} ${running === 1 ? 'runs' : 'run'}${details}`;
}

interface Tally {
  guests: number;
  guestsRunning: number;
}

/** The same per node and pool, in one walk through what may be ten thousand. */
export function countByNodeAndPool(guests: readonly Guest[]): {
  on(node: string): Tally;
  inPool(pool: string): Tally;
} {
  const nodes = new Map<string, Tally>();
  const pools = new Map<string, Tally>();
  for (const { node, pool, status } of guests) {
    const running = status === 'running';
    countInto(nodes, node, running);
    if (pool !== undefined) countInto(pools, pool, running);
  }
  const none = { guests: 0, guestsRunning: 0 };
  return { on: (node) => nodes.get(node) ?? none, inPool: (pool) => pools.get(pool) ?? none };
}

function countInto(tallies: Map<string, Tally>, key: string, running: boolean): void {
  const tally = tallies.get(key) ?? { guests: 0, guestsRunning: 0 };
  tally.guests++;
  if (running) tally.guestsRunning++;
  tallies.set(key, tally);
}
