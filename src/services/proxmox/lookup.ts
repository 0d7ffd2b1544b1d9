import * as z from 'zod';
import { InputError, UpstreamError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import { plural } from '../../core/base/units.ts';
import { rows } from '../../core/fleet.ts';
import type { Clusters, Proxmox } from './client.ts';
import { grantCommand, hasPrivilege } from './rights.ts';
import type { Guest, GuestRef, Node, Resources } from './schema/resources.ts';

/** Input field: the number of a guest, or its name. */
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

/** The one guest meant by a VMID or a name, in whichever cluster it lives; a VMID wins over a name that looks like one. Throws InputError where there is none, or more than one. */
export async function findGuest(clusters: Clusters, idOrName: string): Promise<LocatedGuest> {
  const answers = await clusters.all(async (cluster) => cluster.resources());
  const guests = rows(answers.map(({ instance, value }) => ({ instance, value: value.guests })));
  const byId = guests.filter(({ vmid }) => String(vmid) === idOrName);
  const matches =
    byId.length > 0
      ? byId
      : guests.filter(({ name }) => name?.toLowerCase() === idOrName.toLowerCase());
  const [guest] = matches;
  if (!guest)
    throw unknownGuest(
      idOrName,
      guests,
      clusters.names.length - answers.length,
      await hiddenBy(clusters, idOrName),
    );
  if (matches.length > 1) throw ambiguousGuest(idOrName, matches);
  const nodes = answers.find(({ instance }) => instance === guest.instance)?.value.nodes;
  const nodeStatus = nodes?.find(({ node }) => node === guest.node)?.status ?? 'unknown';
  return { ...guest, nodeStatus };
}

/** The command that shows a guest that the list may hide, undefined where it hides none of that number or name. */
async function hiddenBy(clusters: Clusters, idOrName: string): Promise<string | undefined> {
  const vmid = /^\d+$/.exec(idOrName)?.[0];
  const commands = await clusters
    .all(async (cluster) => {
      const permissions = await cluster.permissions();
      const paths = Object.keys(permissions).filter((path) => path.startsWith('/vms/'));
      const seesIt = (vmid === undefined ? ['/vms', ...paths] : [`/vms/${vmid}`]).every((path) =>
        hasPrivilege(permissions, path, 'VM.Audit'),
      );
      return seesIt ? undefined : grantCommand('VM.Audit', cluster.settings.tokenId);
    })
    .catch(() => []);
  return commands.flatMap(({ value }) => value ?? [])[0];
}

function unknownGuest(
  idOrName: string,
  guests: readonly Guest[],
  silent: number,
  command: string | undefined,
): InputError {
  const near = nearest(
    idOrName,
    guests.flatMap(({ name }) => name ?? []),
  );
  const similar = guests.find(({ name }) => name === near && near !== undefined);
  const nameless = guests.filter(({ name }) => name === undefined).length;
  const hint = [
    silent > 0 && 'Not every cluster answered, so it may be in one of those.',
    guests.length === 0 &&
      'This token sees no guest at all: it lacks VM.Audit (`lares doctor` shows the command).',
    nameless > 0 &&
      `${plural(nameless, 'guest')} on nodes that have been offline for long ${nameless === 1 ? 'is' : 'are'} known by number only.`,
    similar && `Did you mean ${similar.name} (${similar.vmid})?`,
    guests.length > 0 &&
      (command === undefined
        ? 'list_guests shows them all.'
        : `There are guests the token may not see, which list_guests does not show either. On a node, as root: ${command}`),
  ]
    .filter(Boolean)
    .join(' ');
  return new InputError(
    `No guest ${JSON.stringify(idOrName)}${command === undefined ? '' : ' that the token may see'}`,
    { hint },
  );
}

function ambiguousGuest(
  idOrName: string,
  matches: readonly (Guest & { instance: string })[],
): InputError {
  const several = new Set(matches.map(({ instance }) => instance)).size > 1;
  const candidates = matches
    .map(
      (guest) => `${guestTitle(guest)} on ${guest.node}${several ? ` in ${guest.instance}` : ''}`,
    )
    .join(', ');
  return new InputError(
    `${JSON.stringify(idOrName)} is not one guest but ${matches.length}: ${candidates}`,
    { hint: several ? 'Say which with instance.' : 'Give the VMID.' },
  );
}

/** A node, and all that its cluster's list tells. */
export interface LocatedNode {
  node: Node;
  instance: string;
  resources: Resources;
}

/** The one node of that name, in whichever cluster it is. Throws InputError where there is none, or more than one. */
export async function findNode(clusters: Clusters, name: string): Promise<LocatedNode> {
  const answers = await clusters.all(async (cluster) => cluster.resources());
  const nodes = answers.flatMap(({ instance, value: resources }) =>
    resources.nodes.map((node) => ({ node, instance, resources })),
  );
  const matches = nodes.filter(({ node }) => node.node.toLowerCase() === name.toLowerCase());
  const [match] = matches;
  if (!match)
    throw unknownNode(
      name,
      nodes.map(({ node }) => node.node),
    );
  if (matches.length > 1)
    throw new InputError(
      `Several clusters have a node ${name}: ${matches.map(({ instance }) => instance).join(', ')}`,
      { hint: 'Say which with instance.' },
    );
  return match;
}

function unknownNode(name: string, names: readonly string[]): InputError {
  const near = nearest(name, names);
  return new InputError(`No node ${JSON.stringify(name)}`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${names.join(', ')}`,
  });
}

/** Asks about a guest where it was last seen, and once more where it is now if it has moved in between. */
export async function askAtCurrentNode<T>(
  cluster: Proxmox,
  guest: GuestRef,
  ask: (guest: GuestRef) => Promise<T>,
): Promise<T> {
  return ask(guest).catch(async (error: unknown) => {
    const current =
      error instanceof UpstreamError && error.message.includes('does not exist')
        ? (await cluster.resources()).guests.find(({ vmid }) => vmid === guest.vmid)
        : undefined;
    if (!current || (current.node === guest.node && current.type === guest.type)) throw error;
    return ask(current);
  });
}
