import { mapLimited } from '../../core/base/pool.ts';
import { plural } from '../../core/base/units.ts';
import { collectGaps, type Gap } from '../../core/gap.ts';
import { instanceLabel } from '../../core/instances.ts';
import type { Depth, Inventory, KnownThing } from '../../core/inventory.ts';
import type { Kind, Thing } from '../../core/map.ts';
import { guestAddresses, type Address } from './addresses.ts';
import { showGuest, showNode } from './calls.ts';
import { inventory as defineInventory, type Proxmox } from './client.ts';
import { guestAbout } from './guest-things.ts';
import { guestTitle } from './lookup.ts';
import { hasPrivilege } from './rights.ts';
import type { ClusterStatus, Permissions } from './schema/cluster.ts';
import type { GuestConfig } from './schema/guest.ts';
import type { Guest, Node } from './schema/resources.ts';
import { silentNodesOf } from './silent-nodes.ts';
import { thingsOf } from './things.ts';

const maxGuests = 300;
const concurrency = 6;

/** Guests and nodes, from one request a cluster; their addresses cost up to two more requests a guest. */
export const inventory = defineInventory(async (clusters, depth) => {
  const labelOf = instanceLabel(clusters);
  const answers = await clusters.all(async (cluster, name) =>
    clusterInventory(cluster, depth, labelOf(name)),
  );
  return {
    known: answers.flatMap(({ value }) => value.known),
    things: answers.flatMap(({ value }) => value.things),
    whole: (['guest', 'node', 'address'] as const).filter((kind) =>
      answers.every(({ value }) => value.whole.includes(kind)),
    ),
    gaps: answers.flatMap(({ value }) => value.gaps),
  };
});

interface ClusterInventory extends Inventory {
  things: readonly Thing[];
  whole: readonly Kind[];
}

/** `label` is added to the arguments of the reads that tell more. */
async function clusterInventory(
  cluster: Proxmox,
  depth: Depth,
  label: string | undefined,
): Promise<ClusterInventory> {
  const [resources, permissions] = await Promise.all([cluster.resources(), cluster.permissions()]);
  const { guests, nodes } = resources;
  const known = guests.filter(({ template }) => !template);
  const offline = new Set(
    nodes.filter(({ status }) => status === 'offline').map(({ node }) => node),
  );
  const reachable = known.filter(({ node }) => !offline.has(node));
  const [guestAnswers, nodeAnswer] = await Promise.all([
    askGuests(
      cluster,
      reachable.filter(({ vmid }) => wantsAddresses(depth, vmid)),
    ),
    depth === 'addresses' ? nodeAddresses(cluster, permissions) : undefined,
  ]);
  const { configs, addresses } = guestAnswers;
  const hidden = hiddenGuests(permissions);
  const isAsked = depth === 'addresses' && guestAnswers.gaps.length === 0 && nodeAnswer?.status;
  return {
    known: [
      ...nodes.map((node) => knownNode(node, { label })),
      ...known.map((guest) => knownGuest(guest, addresses.get(guest.vmid), { label })),
    ],
    things: thingsOf({
      instance: cluster.instance,
      label,
      resources,
      silentNodes: silentNodesOf(resources, permissions),
      status: nodeAnswer?.status,
      configs,
      observed: addresses,
    }),
    whole: [
      ...(hidden.length === 0 ? (['guest'] as const) : []),
      'node',
      ...(isAsked ? (['address'] as const) : []),
    ],
    gaps: [...hidden, ...guestAnswers.gaps, ...(nodeAnswer?.gaps ?? [])],
  };
}

/** Without the right to ask there are none, and nothing that was known before is missing. */
async function nodeAddresses(
  cluster: Proxmox,
  permissions: Permissions,
): Promise<{ status: ClusterStatus | undefined; gaps: Gap[] }> {
  if (!hasPrivilege(permissions, '/', 'Sys.Audit')) return { status: undefined, gaps: [] };
  const { part, gaps } = collectGaps();
  return { status: await part('addresses of nodes', () => cluster.clusterStatus()), gaps };
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

const knownNode = (
  { node, status }: Node,
  labelled: { label: string | undefined },
): KnownThing => ({
  kind: 'node',
  id: node,
  about: status,
  more: showNode(labelled, node),
});

const knownGuest = (
  guest: Guest,
  addresses: readonly Address[] | undefined,
  labelled: { label: string | undefined },
): KnownThing => ({
  kind: 'guest',
  id: String(guest.vmid),
  name: guest.name,
  about: guestAbout(guest),
  points: addresses?.map(({ address }) => address),
  more: showGuest(labelled, guest.vmid),
});

/** What guests themselves tell, by VMID. */
interface GuestAnswers {
  configs: Map<number, GuestConfig>;
  addresses: Map<number, Address[]>;
  gaps: Gap[];
}

/** A guest that could not be asked is missing, and counted in the gaps. */
async function askGuests(cluster: Proxmox, guests: readonly Guest[]): Promise<GuestAnswers> {
  const { part, gaps } = collectGaps();
  const configs = new Map<number, GuestConfig>();
  const addresses = new Map<number, Address[]>();
  await mapLimited(guests.slice(0, maxGuests), concurrency, async (guest) => {
    const answer = await part(guestTitle(guest), async () => {
      const config = await cluster.guestConfig(guest);
      configs.set(guest.vmid, config);
      return guestAddresses(cluster, guest, guest.status, config, part);
    });
    if (answer) addresses.set(guest.vmid, [...answer.addresses, ...answer.overlay]);
  });
  return { configs, addresses, gaps: addressGaps(gaps, Math.max(0, guests.length - maxGuests)) };
}

function addressGaps(gaps: readonly Gap[], notAsked: number): Gap[] {
  const [gap] = gaps;
  return [
    ...(gap ? [{ what: `addresses of ${plural(gaps.length, 'guest')}`, why: gap.why }] : []),
    ...(notAsked > 0
      ? [
          {
            what: `addresses of ${plural(notAsked, 'guest')}`,
            why: `only the first ${maxGuests} were asked`,
          },
        ]
      : []),
  ];
}
