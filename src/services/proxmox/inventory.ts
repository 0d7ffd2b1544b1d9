import { mapLimited } from '../../core/base/pool.ts';
import { plural } from '../../core/base/units.ts';
import { collectGaps, type Gap } from '../../core/gap.ts';
import { instanceLabel } from '../../core/instances.ts';
import type { Depth, Inventory, KnownThing } from '../../core/inventory.ts';
import { guestAddresses } from './addresses.ts';
import { inventory as defineInventory, type Proxmox } from './client.ts';
import { guestTitle } from './lookup.ts';
import { hasPrivilege } from './rights.ts';
import type { Permissions } from './schema/cluster.ts';
import type { Guest, Node } from './schema/resources.ts';

const maxGuests = 300;
const concurrency = 6;

/** Guests and nodes, from one request a cluster; their addresses cost up to two more requests a guest. */
export const inventory = defineInventory(async (clusters, depth) => {
  const labelOf = instanceLabel(clusters);
  const answers = await clusters.all(async (cluster, name) => {
    const instance = labelOf(name);
    return clusterInventory(cluster, depth, instance === undefined ? {} : { instance });
  });
  return {
    known: answers.flatMap(({ value }) => value.known),
    gaps: answers.flatMap(({ value }) => value.gaps),
  };
});

/** `label` is added to the arguments of the reads that tell more. */
async function clusterInventory(
  cluster: Proxmox,
  depth: Depth,
  label: { instance?: string },
): Promise<Inventory> {
  const [{ guests, nodes }, permissions] = await Promise.all([
    cluster.resources(),
    cluster.permissions(),
  ]);
  const known = guests.filter(({ template }) => !template);
  const offline = new Set(
    nodes.filter(({ status }) => status === 'offline').map(({ node }) => node),
  );
  const reachable = known.filter(({ node }) => !offline.has(node));
  const { addresses, gaps } = await addressesOf(
    cluster,
    reachable.filter(({ vmid }) => wantsAddresses(depth, vmid)),
  );
  return {
    known: [
      ...nodes.map((node) => knownNode(node, label)),
      ...known.map((guest) => knownGuest(guest, addresses.get(guest.vmid), label)),
    ],
    gaps: [...hiddenGuests(permissions), ...gaps],
  };
}

/** What the token may not see is left out of the list without a word. */
const hiddenGuests = (permissions: Permissions): Gap[] =>
  ['/vms', ...Object.keys(permissions).filter((path) => path.startsWith('/vms/'))].every((path) =>
    hasPrivilege(permissions, path, 'VM.Audit'),
  )
    ? []
    : [{ what: 'some guests', why: 'the token lacks VM.Audit on them', denied: true }];

function wantsAddresses(depth: Depth, vmid: number): boolean {
  if (depth === 'names') return false;
  return depth === 'addresses' || depth.addressesOf === String(vmid);
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

/** By VMID. A guest that could not be asked is missing, and counted in the gaps. */
async function addressesOf(
  cluster: Proxmox,
  guests: readonly Guest[],
): Promise<{ addresses: Map<number, string[]>; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const found = new Map<number, string[]>();
  await mapLimited(guests.slice(0, maxGuests), concurrency, async (guest) => {
    const answer = await part(guestTitle(guest), async () =>
      guestAddresses(cluster, guest, guest.status, await cluster.guestConfig(guest), part),
    );
    if (!answer) return;
    const { addresses, overlay } = answer;
    found.set(
      guest.vmid,
      [...addresses, ...overlay].map(({ address }) => address),
    );
  });
  const [gap] = gaps;
  const notAsked = Math.max(0, guests.length - maxGuests);
  return {
    addresses: found,
    gaps: [
      ...(gap ? [{ what: `addresses of ${plural(gaps.length, 'guest')}`, why: gap.why }] : []),
      ...(notAsked > 0
        ? [
            {
              what: `addresses of ${plural(notAsked, 'guest')}`,
              why: `only the first ${maxGuests} were asked`,
            },
          ]
        : []),
    ],
  };
}
