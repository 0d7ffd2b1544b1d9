import { collectGaps, type Gap } from '../../core/gap.ts';
import { instanceLabel } from '../../core/instances.ts';
import type { Depth } from '../../core/inventory.ts';
import type { Thing } from '../../core/map.ts';
import { inventory as defineInventory, type Pbs } from './client.ts';
import { noJobs, storesOf } from './datastores.ts';
import { countGroups } from './group-listing.ts';
import { thingsOf } from './things.ts';

/** Datastores, from one request a server; whose backups lie in them costs one more for each namespace. How good those backups are takes a check-up. */
export const inventory = defineInventory(async (servers, depth) => {
  if (typeof depth === 'object') return { known: [], things: [], gaps: [] };
  const labelOf = instanceLabel(servers);
  const answers = await servers.all(async (server, instance) =>
    serverInventory(server, depth, labelOf(instance)),
  );
  return {
    known: [],
    things: answers.flatMap(({ value }) => value.things),
    ...(depth === 'addresses' &&
      answers.every(({ value }) => value.gaps.length === 0) && { whole: ['backup'] }),
    gaps: answers.flatMap(({ value }) => value.gaps),
  };
});

async function serverInventory(
  server: Pbs,
  depth: Depth,
  label: string | undefined,
): Promise<{ things: Thing[]; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const stores = storesOf(await server.datastores(), undefined, noJobs, server.now());
  const groups = depth === 'addresses' ? await countGroups(server, part, stores) : [];
  const { instance } = server;
  const things = thingsOf({ instance, label, stores, jobs: noJobs, groups, seenEmpty: new Set() });
  return { things, gaps };
}
