import * as z from 'zod';
import { InputError, UpstreamError } from '../../core/base/errors.ts';
import { rows } from '../../core/fleet.ts';
import { nearest } from '../../core/base/nearest.ts';
import { plural } from '../../core/base/units.ts';
import type { Clusters, Proxmox } from './client.ts';
import type { Guest, GuestRef, Node, Resources } from './schema/resources.ts';

export const Vmid = z
  .union([z.int(), z.string().min(1)], { error: 'must be a VMID or a name' })
  .transform(String)
  .describe('VMID or name');

/** A guest, the cluster it is in and the state of its node. */
export type LocatedGuest = Guest & { instance: string; nodeStatus: string };

/** `LXC 30062 (n8n)`. */
export const guestTitle = ({
  type,
  vmid,
  name,
}: Pick<GuestRef, 'type' | 'vmid'> & { name?: string | undefined }): string =>
  `${type === 'lxc' ? 'LXC' : 'VM'} ${vmid}${name ? ` (${name})` : ''}`;

/** The one guest meant by a VMID or a name, in whichever cluster it lives; a VMID wins over a name that looks like one. */
export async function findGuest(clusters: Clusters, wanted: string): Promise<LocatedGuest> {
  const asked = await clusters.all(async (one) => one.resources());
  const all = rows(asked.map(({ instance, value }) => ({ instance, value: value.guests })));
  const byId = all.filter(({ vmid }) => String(vmid) === wanted);
  const found =
    byId.length > 0 ? byId : all.filter(({ name }) => name?.toLowerCase() === wanted.toLowerCase());
  const [guest] = found;
  if (!guest) throw unknownGuest(wanted, all, clusters.names.length - asked.length);
  if (found.length > 1) throw ambiguous(wanted, found);
  const nodes = asked.find(({ instance }) => instance === guest.instance)?.value.nodes;
  return {
    ...guest,
    nodeStatus: nodes?.find(({ node }) => node === guest.node)?.status ?? 'unknown',
  };
}

function unknownGuest(wanted: string, all: readonly Guest[], silent: number): InputError {
  const near = nearest(
    wanted,
    all.flatMap(({ name }) => name ?? []),
  );
  const meant = all.find(({ name }) => name === near && near !== undefined);
  const nameless = all.filter(({ name }) => name === undefined).length;
  const hint = [
    silent > 0 && 'Not every cluster answered, so it may be in one of those.',
    all.length === 0 &&
      'This token sees no guest at all: it lacks VM.Audit (`lares doctor` shows the command).',
    nameless > 0 &&
      `${plural(nameless, 'guest')} on nodes that have been offline for long ${nameless === 1 ? 'is' : 'are'} known by number only.`,
    meant && `Did you mean ${meant.name} (${meant.vmid})?`,
    all.length > 0 && 'list_guests shows them all.',
  ]
    .filter(Boolean)
    .join(' ');
  return new InputError(`No guest ${JSON.stringify(wanted)}`, { hint });
}

function ambiguous(wanted: string, found: readonly (Guest & { instance: string })[]): InputError {
  const several = new Set(found.map(({ instance }) => instance)).size > 1;
  const candidates = found
    .map(
      (guest) => `${guestTitle(guest)} on ${guest.node}${several ? ` in ${guest.instance}` : ''}`,
    )
    .join(', ');
  return new InputError(
    `${JSON.stringify(wanted)} is not one guest but ${found.length}: ${candidates}`,
    { hint: several ? 'Say which with instance.' : 'Give the VMID.' },
  );
}

/** The one node of that name, in whichever cluster it is. */
export async function findNode(
  clusters: Clusters,
  wanted: string,
): Promise<{ node: Node; instance: string; resources: Resources }> {
  const asked = await clusters.all(async (one) => one.resources());
  const found = asked
    .flatMap(({ instance, value: resources }) =>
      resources.nodes.map((node) => ({ node, instance, resources })),
    )
    .filter(({ node }) => node.node.toLowerCase() === wanted.toLowerCase());
  const [node] = found;
  if (!node) {
    const all = asked.flatMap(({ value }) => value.nodes);
    const near = nearest(
      wanted,
      all.map((one) => one.node),
    );
    throw new InputError(`No node ${JSON.stringify(wanted)}`, {
      hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${all.map((one) => one.node).join(', ')}`,
    });
  }
  if (found.length > 1)
    throw new InputError(
      `Several clusters have a node ${wanted}: ${found.map(({ instance }) => instance).join(', ')}`,
      { hint: 'Say which with instance.' },
    );
  return node;
}

/** Asks about a guest where it was last seen, and once more where it is now if it has moved in between. */
export async function askAtCurrentNode<T>(
  one: Proxmox,
  guest: GuestRef,
  ask: (guest: GuestRef) => Promise<T>,
): Promise<T> {
  return ask(guest).catch(async (error: unknown) => {
    const moved =
      error instanceof UpstreamError && error.message.includes('does not exist')
        ? (await one.resources()).guests.find(({ vmid }) => vmid === guest.vmid)
        : undefined;
    if (!moved || (moved.node === guest.node && moved.type === guest.type)) throw error;
    return ask(moved);
  });
}
