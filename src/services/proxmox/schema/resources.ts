import * as z from 'zod';
import { isObject } from '../../../core/json.ts';
import { tagsOf } from './envelope.ts';
import { amount, Misfit, misfit, optional, text, type Row } from './row.ts';

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

export interface Resources {
  nodes: Node[];
  guests: Guest[];
  storages: Storage[];
  pools: string[];
}

const node = (row: Row): Node => ({
  node: text(row, 'node'), status: text(row, 'status'), uptimeSeconds: amount(row, 'uptime'), cpuShare: amount(row, 'cpu'), cores: amount(row, 'maxcpu'),
  memoryBytes: amount(row, 'mem'), memoryTotalBytes: amount(row, 'maxmem'), rootBytes: amount(row, 'disk'), rootTotalBytes: amount(row, 'maxdisk'), ha: optional(row, 'hastate'),
});

function storage(row: Row): Storage {
  const available = row['status'] === 'available';
  return {
    storage: text(row, 'storage'), node: text(row, 'node'), shared: row['shared'] === 1, available, type: optional(row, 'plugintype'), content: optional(row, 'content')?.split(',').filter(Boolean).sort() ?? [],
    usedBytes: available ? amount(row, 'disk') : undefined, totalBytes: available ? amount(row, 'maxdisk') : undefined,
  };
}

const guest = (row: Row, type: Guest['type'], tags: string[]): Guest => ({
  vmid: amount(row, 'vmid') ?? misfit('vmid', 'a number'), type, node: text(row, 'node'), name: optional(row, 'name'), status: text(row, 'status'), lastStatus: undefined, template: row['template'] === 1,
  uptimeSeconds: amount(row, 'uptime'), cpuShare: amount(row, 'cpu'), cores: amount(row, 'maxcpu'), memoryBytes: amount(row, 'mem'), memoryTotalBytes: amount(row, 'maxmem'), diskTotalBytes: amount(row, 'maxdisk'),
  pool: optional(row, 'pool'), tags, lock: optional(row, 'lock'), ha: row['hastate'] === 'ignored' ? undefined : optional(row, 'hastate'),
});

/** Sorts the rows into their kinds. Kinds that Lares does not use (sdn, network) or know are left out. */
function sorter() {
  const all: Resources = { nodes: [], guests: [], storages: [], pools: [] };
  const spelled = new Map<string, string[]>();
  const tagsIn = (list: string): string[] => {
    const known = spelled.get(list) ?? tagsOf(list);
    spelled.set(list, known);
    return known;
  };
  return {
    all,
    add(row: unknown): void {
      if (!isObject(row)) throw new Misfit('', 'an object');
      const type = text(row, 'type');
      if (type === 'qemu' || type === 'lxc') all.guests.push(guest(row, type, tagsIn(optional(row, 'tags') ?? '')));
      else if (type === 'node') all.nodes.push(node(row));
      else if (type === 'storage') all.storages.push(storage(row));
      else if (type === 'pool') all.pools.push(text(row, 'pool'));
    },
  };
}

/** For five minutes the others repeat the last word of a dead node as if it still held (pmxcfs status.c). */
function withoutHearsay(all: Resources): Resources {
  const offline = new Set(all.nodes.filter(({ status }) => status === 'offline').map((one) => one.node));
  for (const one of offline.size > 0 ? all.guests : []) if (offline.has(one.node) && one.status !== 'unknown') Object.assign(one, { lastStatus: one.status, status: 'unknown' });
  all.guests.sort((a, b) => a.vmid - b.vmid);
  all.nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  all.pools.sort();
  return all;
}

/** `GET /cluster/resources`. */
export const Resources = z.object({ data: z.array(z.unknown()) }).transform(({ data: rows }, context): Resources => {
  const { all, add } = sorter();
  for (const [i, row] of rows.entries()) {
    try {
      add(row);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      context.addIssue({ code: 'custom', path: ['data', i, error.field], message: error.message });
      return z.NEVER;
    }
  }
  return withoutHearsay(all);
});
