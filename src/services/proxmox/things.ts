import type { Link, Thing } from '../../core/map.ts';
import { addressThing } from './address-thing.ts';
import { membersOf } from './backup-jobs.ts';
import { showNode, showOverview } from './calls.ts';
import type { ClusterPicture } from './cluster-picture.ts';
import { guestThings } from './guest-things.ts';
import { refOfCluster, refOfGuest, refOfJob, refOfNode, refOfStorage } from './refs.ts';
import type { BackupJob } from './schema/cluster.ts';
import type { Node } from './schema/resources.ts';
import { storageThings } from './storage-things.ts';

/** Its part of the map: itself, nodes, guests, storages, the addresses of the first two, and its backup jobs. */
export function thingsOf(picture: ClusterPicture): Thing[] {
  const { nodes, guests, storages } = picture.resources;
  const byPlace = new Map(
    storages.map((storage) => [`${storage.node}/${storage.storage}`, storage]),
  );
  return [
    clusterThing(picture),
    ...nodes.flatMap((node) => nodeThings(picture, node)),
    ...storageThings(picture),
    ...guests.flatMap((guest) => guestThings(picture, guest, byPlace)),
    ...(picture.backupJobs ?? []).map((job) => jobThing(picture, job)),
  ];
}

/** That it answered is seen; without quorum it shows everything and changes nothing. */
function clusterThing(picture: ClusterPicture): Thing {
  const { instance, label, status } = picture;
  const quorum = status?.quorum;
  return {
    ref: refOfCluster(instance),
    title: label ?? quorum?.name ?? 'Proxmox VE',
    state: quorum?.quorate === false ? 'degraded' : 'up',
    about: quorum ? `Proxmox VE cluster ${quorum.name}` : 'Proxmox VE',
    more: showOverview(picture),
    links: [],
  };
}

function nodeThings(picture: ClusterPicture, { node, status }: Node): Thing[] {
  const { instance, silentNodes, status: cluster } = picture;
  const ref = refOfNode(instance, node);
  const isSilent = silentNodes.has(node);
  const thing: Thing = {
    ref,
    title: node,
    state: isSilent ? 'degraded' : stateOf(status),
    about: `node ${status}${isSilent ? ', reports nothing' : ''}`,
    more: showNode(picture, node),
    links: [],
  };
  const addresses = (cluster?.nodes ?? []).filter((known) => known.node === node);
  return [thing, ...addresses.flatMap(({ address }) => addressThing(address, ref) ?? [])];
}

function stateOf(status: string): Thing['state'] {
  if (status === 'online') return 'up';
  return status === 'offline' ? 'down' : 'unknown';
}

/** Where it writes to is known where every node means the same storage by that name. */
function jobThing(picture: ClusterPicture, job: BackupJob): Thing {
  const { instance, resources } = picture;
  const { id, enabled, schedule, storage } = job;
  const target = resources.storages.find((known) => known.storage === storage && known.shared);
  const backedUp = membersOf(job, resources.guests).map(({ vmid }): Link => ({
    to: refOfGuest(instance, vmid),
    how: 'backs up',
  }));
  return {
    ref: refOfJob(instance, id),
    title: id,
    about: [
      'backup job',
      schedule !== undefined && `at ${schedule}`,
      storage !== undefined && `to ${storage}`,
      !enabled && '(switched off)',
    ]
      .filter(Boolean)
      .join(' '),
    more: showOverview(picture),
    links: target
      ? [...backedUp, { to: refOfStorage(instance, target), how: 'acts on' }]
      : backedUp,
    ...(!enabled && { idle: true }),
  };
}
