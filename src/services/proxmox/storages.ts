import type { Node, Storage } from './schema/resources.ts';

/** A storage once, however many nodes see it: shared ones by name, local ones per node. Sizes are absent when no node can use it. */
export interface DistinctStorage extends Omit<Storage, 'node' | 'available'> {
  /** Undefined when shared. */
  node: string | undefined;
  /** Nodes that are online and should have it, but do not. */
  missingOn: string[];
  /** Whether any online node has it. */
  available: boolean;
}

/** Fullest first. What only offline nodes see is left out: nobody can tell its state. */
export function distinctStorages(
  storages: readonly Storage[],
  nodes: readonly Node[],
): DistinctStorage[] {
  const online = new Set(
    nodes.filter(({ status }) => status !== 'offline').map(({ node }) => node),
  );
  const stores = new Map<string, DistinctStorage>();
  for (const { node, available, ...seen } of storages) {
    if (!online.has(node)) continue;
    const key = seen.shared ? seen.storage : `${node}:${seen.storage}`;
    const store = stores.get(key) ?? {
      ...seen,
      node: seen.shared ? undefined : node,
      available: false,
      missingOn: [],
    };
    if (!available) store.missingOn.push(node);
    else if (!store.available)
      Object.assign(store, {
        available: true,
        usedBytes: seen.usedBytes,
        totalBytes: seen.totalBytes,
      });
    stores.set(key, store);
  }
  for (const { missingOn } of stores.values()) missingOn.sort();
  return [...stores.values()].sort(
    (a, b) =>
      (fullness(b) ?? -1) - (fullness(a) ?? -1) || (storageName(a) < storageName(b) ? -1 : 1),
  );
}

/** 0..1, undefined when the sizes are not known. */
export const fullness = ({
  usedBytes,
  totalBytes,
}: {
  usedBytes?: number | undefined;
  totalBytes?: number | undefined;
}): number | undefined =>
  usedBytes === undefined || !totalBytes ? undefined : usedBytes / totalBytes;

/** `nas-vms`, or `pve1:local` for a local one. */
export const storageName = ({ storage, node }: Pick<DistinctStorage, 'storage' | 'node'>): string =>
  node ? `${node}:${storage}` : storage;
