import type { Ref } from '../../core/map.ts';
import type { Storage } from './schema/resources.ts';

/** What the parts of a cluster are called in the map. */
export const refOfCluster = (instance: string): Ref => `instance/proxmox/${instance}`;
export const refOfNode = (instance: string, node: string): Ref => `node/${instance}/${node}`;
export const refOfGuest = (instance: string, vmid: number): Ref => `guest/${instance}/${vmid}`;
export const refOfJob = (instance: string, id: string): Ref => `job/proxmox/${instance}/${id}`;

/** A shared storage is one, however many nodes see it; a local one is another on every node. */
export const refOfStorage = (
  instance: string,
  { storage, node, shared }: Pick<Storage, 'storage' | 'shared'> & { node: string | undefined },
): Ref =>
  shared || node === undefined
    ? `storage/${instance}/${storage}`
    : `storage/${instance}/${node}/${storage}`;
