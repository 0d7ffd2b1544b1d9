import * as z from 'zod';
import { isObject } from '../../../core/base/json.ts';
import { tagsOf } from './envelope.ts';
import { RowReader, type Row } from './row.ts';

/** Where a guest is: what every call about it needs. */
export interface GuestRef {
  node: string;
  type: 'qemu' | 'lxc';
  vmid: number;
}

/** `cpuShare` is 0..1 of `cores`. Everything but the reference and the status is absent when unknown or not permitted. */
export interface Guest extends GuestRef {
  name: string | undefined;
  /** running, stopped, unknown, or a QEMU run state such as paused or io-error. */
  status: string;
  /** What a guest of an offline node did when it was last heard of; `status` is unknown then. */
  lastStatus: string | undefined;
  template: boolean;
  uptimeSeconds: number | undefined;
  cpuShare: number | undefined;
  cores: number | undefined;
  memoryBytes: number | undefined;
  memoryTotalBytes: number | undefined;
  diskTotalBytes: number | undefined;
  pool: string | undefined;
  tags: string[];
  lock: string | undefined;
  ha: string | undefined;
}

/** A node as the cluster lists it. What is absent is unknown or not permitted; shares are 0..1. */
export interface Node {
  node: string;
  /** online, offline or unknown. */
  status: string;
  uptimeSeconds: number | undefined;
  cpuShare: number | undefined;
  cores: number | undefined;
  memoryBytes: number | undefined;
  memoryTotalBytes: number | undefined;
  rootBytes: number | undefined;
  rootTotalBytes: number | undefined;
  ha: string | undefined;
}

/** A storage as one node sees it; `available` is false when that node cannot use it, and the sizes are absent then. */
export interface Storage {
  storage: string;
  node: string;
  shared: boolean;
  available: boolean;
  type: string | undefined;
  content: string[];
  usedBytes: number | undefined;
  totalBytes: number | undefined;
}

/** All that a cluster holds, each kind in the order of its number or name. */
export interface Resources {
  nodes: Node[];
  guests: Guest[];
  storages: Storage[];
  pools: string[];
}

const node = (row: Row, read: RowReader): Node => ({
  node: read.text(row, 'node'),
  status: read.text(row, 'status'),
  uptimeSeconds: read.optionalNumber(row, 'uptime'),
  cpuShare: read.optionalNumber(row, 'cpu'),
  cores: read.optionalNumber(row, 'maxcpu'),
  memoryBytes: read.optionalNumber(row, 'mem'),
  memoryTotalBytes: read.optionalNumber(row, 'maxmem'),
  rootBytes: read.optionalNumber(row, 'disk'),
  rootTotalBytes: read.optionalNumber(row, 'maxdisk'),
  ha: read.optional(row, 'hastate'),
});

function storage(row: Row, read: RowReader): Storage {
  const available = row['status'] === 'available';
  return {
    storage: read.text(row, 'storage'),
    node: read.text(row, 'node'),
    shared: row['shared'] === 1,
    available,
    type: read.optional(row, 'plugintype'),
    content: read.optional(row, 'content')?.split(',').filter(Boolean).sort() ?? [],
    usedBytes: available ? read.optionalNumber(row, 'disk') : undefined,
    totalBytes: available ? read.optionalNumber(row, 'maxdisk') : undefined,
  };
}

const guest = (row: Row, type: Guest['type'], tags: string[], read: RowReader): Guest => ({
  vmid: read.number(row, 'vmid'),
  type,
  node: read.text(row, 'node'),
  name: read.optional(row, 'name'),
  status: read.text(row, 'status'),
  lastStatus: undefined,
  template: row['template'] === 1,
  uptimeSeconds: read.optionalNumber(row, 'uptime'),
  cpuShare: read.optionalNumber(row, 'cpu'),
  cores: read.optionalNumber(row, 'maxcpu'),
  memoryBytes: read.optionalNumber(row, 'mem'),
  memoryTotalBytes: read.optionalNumber(row, 'maxmem'),
  diskTotalBytes: read.optionalNumber(row, 'maxdisk'),
  pool: read.optional(row, 'pool'),
  tags,
  lock: read.optional(row, 'lock'),
  ha: row['hastate'] === 'ignored' ? undefined : read.optional(row, 'hastate'),
});

/** Sorts rows into their kinds. Kinds that Lares does not use (sdn, network) or know are left out. */
function sorter(read: RowReader): { resources: Resources; add(row: Row): void } {
  const resources: Resources = { nodes: [], guests: [], storages: [], pools: [] };
  const spelled = new Map<string, string[]>();
  const tagsIn = (list: string): string[] => {
    const known = spelled.get(list) ?? tagsOf(list);
    spelled.set(list, known);
    return known;
  };
  return {
    resources,
    add(row) {
      const type = read.text(row, 'type');
      if (type === 'qemu' || type === 'lxc')
        resources.guests.push(guest(row, type, tagsIn(read.optional(row, 'tags') ?? ''), read));
      else if (type === 'node') resources.nodes.push(node(row, read));
      else if (type === 'storage') resources.storages.push(storage(row, read));
      else if (type === 'pool') resources.pools.push(read.text(row, 'pool'));
    },
  };
}

/** For five minutes the others repeat the last word of a dead node as if it still held (pmxcfs status.c). */
function withoutOutdatedStates(resources: Resources): Resources {
  const offline = new Set(
    resources.nodes.filter(({ status }) => status === 'offline').map(({ node: name }) => name),
  );
  for (const entry of offline.size > 0 ? resources.guests : [])
    if (offline.has(entry.node) && entry.status !== 'unknown')
      Object.assign(entry, { lastStatus: entry.status, status: 'unknown' });
  resources.guests.sort((a, b) => a.vmid - b.vmid);
  resources.nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  resources.pools.sort();
  return resources;
}

/** `GET /cluster/resources`. */
export const Resources = z
  .object({ data: z.array(z.unknown()) })
  .transform(({ data: rows }, context): Resources => {
    const read = new RowReader();
    const { resources, add } = sorter(read);
    for (const [i, row] of rows.entries()) {
      add(isObject(row) ? row : {});
      if (!read.misfit) continue;
      context.addIssue({
        code: 'custom',
        path: ['data', i, read.misfit.field],
        message: `expected ${read.misfit.expected}`,
      });
      return z.NEVER;
    }
    return withoutOutdatedStates(resources);
  });
