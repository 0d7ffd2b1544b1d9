import { collectGaps, type Gap } from '../../core/gap.ts';
import type { Depth, Inventory, KnownThing, Steps } from '../../core/inventory.ts';
import { plural } from '../../core/base/units.ts';
import { reach } from './addresses.ts';
import { inventory as from, type Proxmox } from './client.ts';
import { titleOf } from './find.ts';
import type { Guest, Node } from './schema/resources.ts';

const mostAsked = 300;
const atOnce = 6;

/** Guests and nodes, from one request a cluster; their addresses cost up to two more requests a guest. */
export const inventory = from(async (clusters, depth) => {
  const labelled = clusters.names.length > 1;
  const answers = await clusters.all(async (one, instance) =>
    clusterInventory(one, depth, labelled ? { instance } : {}),
  );
  return {
    known: answers.flatMap(({ value }) => value.known),
    gaps: answers.flatMap(({ value }) => value.gaps),
  };
});

async function clusterInventory(
  one: Proxmox,
  depth: Depth,
  label: { instance?: string },
): Promise<Inventory> {
  const { guests, nodes } = await one.resources();
  const real = guests.filter(({ template }) => !template);
  const offline = new Set(
    nodes.filter(({ status }) => status === 'offline').map(({ node }) => node),
  );
  const asked = real.filter(
    ({ vmid, node }) =>
      !offline.has(node) &&
      (depth === 'addresses' || (depth !== 'names' && depth.addressesOf === String(vmid))),
  );
  const { found, missing } = await addressesOf(one, asked);
  return {
    known: [
      ...nodes.map((node) => knownNode(node, label)),
      ...real.map((guest) => knownGuest(guest, found.get(guest.vmid), label)),
    ],
    gaps: missing,
  };
}

const knownNode = ({ node, status }: Node, label: object): KnownThing => ({
  kind: 'node',
  id: node,
  about: status,
  more: { tool: 'node_status', arguments: { node, ...label } },
});

const knownGuest = (guest: Guest, points: string[] | undefined, label: object): KnownThing => ({
  kind: 'guest',
  id: String(guest.vmid),
  name: guest.name,
  about: `${guest.type === 'lxc' ? 'LXC' : 'VM'} ${guest.status} on ${guest.node}`,
  points,
  more: { tool: 'get_guest', arguments: { vmid: guest.vmid, ...label } },
});

async function addressesOf(
  one: Proxmox,
  guests: readonly Guest[],
): Promise<{ found: Map<number, string[]>; missing: Gap[] }> {
  const found = new Map<number, string[]>();
  const { part, gaps } = collectGaps();
  const waiting = guests.slice(0, mostAsked);
  const worker = async (): Promise<void> => {
    for (let guest = waiting.shift(); guest; guest = waiting.shift()) {
      const asked = guest;
      const told = await part(titleOf(asked), async () =>
        reach(one, asked, asked.status, await one.guestConfig(asked), part),
      );
      if (told)
        found.set(
          asked.vmid,
          [...told.addresses, ...told.overlay].map(({ address }) => address),
        );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const left = guests.length - Math.min(guests.length, mostAsked);
  return {
    found,
    missing: [
      ...(gaps.length > 0
        ? [{ what: `addresses of ${plural(gaps.length, 'guest')}`, why: gaps[0]?.why ?? '' }]
        : []),
      ...(left > 0
        ? [
            {
              what: `addresses of ${plural(left, 'guest')}`,
              why: `only the first ${mostAsked} are asked`,
            },
          ]
        : []),
    ],
  };
}

export const steps: Steps = {
  morning: [
    {
      tool: 'infra_overview',
      look: 'nodes that are not online, storages above 85 %, guests that stand still although they should run',
    },
  ],
  restart: [
    {
      tool: 'get_guest',
      arguments: { vmid: '{guest}' },
      look: 'it runs, holds no lock, no backup or migration of it is under way, and nothing says that it must not be restarted',
      embed: true,
    },
    {
      tool: 'guest_restart',
      arguments: { vmid: '{guest}' },
      look: 'the preview: show it, and go on only when the person agrees',
      phase: 'change',
    },
    {
      tool: 'get_guest',
      arguments: { vmid: '{guest}' },
      look: 'it runs again, and its uptime is minutes, not days',
      phase: 'after',
    },
  ],
  backups: [{ tool: 'list_guests', look: 'guests that no backup names' }],
  changes: [
    {
      tool: 'list_guests',
      arguments: { status: 'running' },
      look: 'uptimes below a day: these guests were started or restarted since',
    },
  ],
  capacity: [
    {
      tool: 'infra_overview',
      look: 'memory and storage of every node and pool: the fullest first, with its figure',
      embed: true,
    },
    {
      tool: 'node_status',
      arguments: { node: 'NODE' },
      look: 'for each of the two fullest nodes: load, disks with wear, ZFS pools',
    },
  ],
};
