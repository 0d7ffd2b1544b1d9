import * as z from 'zod';
import { isObject } from '../../../core/json.ts';
import { tagsOf } from './envelope.ts';

// Ten thousand rows pass here: plain checks and one copy, since unions and transforms per field would cost more than reading the JSON.
const num = z.number().optional();
const text = z.string().optional();

const GuestRow = z.object({
  type: z.enum(['qemu', 'lxc']), vmid: z.number(), node: z.string(), status: z.string(), name: text, template: num, uptime: num,
  cpu: num, maxcpu: num, mem: num, maxmem: num, disk: num, maxdisk: num, pool: text, tags: text, lock: text, hastate: text,
});
const NodeRow = z.object({
  type: z.literal('node'), node: z.string(), status: z.string(), uptime: num, cpu: num, maxcpu: num, mem: num, maxmem: num, disk: num, maxdisk: num, hastate: text,
});
const StorageRow = z.object({
  type: z.literal('storage'), storage: z.string(), node: z.string(), status: z.string(), shared: num, plugintype: text, content: text, disk: num, maxdisk: num,
});
const PoolRow = z.object({ type: z.literal('pool'), pool: z.string() });
const Row = z.discriminatedUnion('type', [GuestRow, NodeRow, StorageRow, PoolRow]);

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

const guest = (row: z.output<typeof GuestRow>, offline: ReadonlySet<string>): Guest => {
  const lost = offline.has(row.node);
  return {
    vmid: row.vmid, type: row.type, node: row.node, name: row.name, template: row.template === 1,
    // For five minutes the others repeat the last word of a dead node as if it still held (pmxcfs status.c).
    status: lost ? 'unknown' : row.status, lastStatus: lost && row.status !== 'unknown' ? row.status : undefined,
    uptimeSeconds: row.uptime, cpuShare: row.cpu, cores: row.maxcpu, memoryBytes: row.mem, memoryTotalBytes: row.maxmem,
    diskTotalBytes: row.maxdisk, pool: row.pool, tags: tagsOf(row.tags), lock: row.lock, ha: row.hastate === 'ignored' ? undefined : row.hastate,
  };
};

const node = (row: z.output<typeof NodeRow>): Node => ({
  node: row.node, status: row.status, uptimeSeconds: row.uptime, cpuShare: row.cpu, cores: row.maxcpu, memoryBytes: row.mem, memoryTotalBytes: row.maxmem, rootBytes: row.disk, rootTotalBytes: row.maxdisk, ha: row.hastate,
});

const storage = (row: z.output<typeof StorageRow>): Storage => {
  const available = row.status === 'available';
  return {
    storage: row.storage, node: row.node, shared: row.shared === 1, available, type: row.plugintype, content: row.content?.split(',').filter(Boolean).sort() ?? [],
    usedBytes: available ? row.disk : undefined, totalBytes: available ? row.maxdisk : undefined,
  };
};

function sorted(rows: z.output<typeof Row>[]): Resources {
  const offline = new Set(rows.flatMap((row) => (row.type === 'node' && row.status === 'offline' ? [row.node] : [])));
  const all: Resources = { nodes: [], guests: [], storages: [], pools: [] };
  for (const row of rows) {
    if (row.type === 'node') all.nodes.push(node(row));
    else if (row.type === 'storage') all.storages.push(storage(row));
    else if (row.type === 'pool') all.pools.push(row.pool);
    else all.guests.push(guest(row, offline));
  }
  all.guests.sort((a, b) => a.vmid - b.vmid);
  all.nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  return all;
}

const known = new Set<unknown>(['qemu', 'lxc', 'node', 'storage', 'pool']);

/** `GET /cluster/resources`. Kinds of rows that Lares does not use (sdn, network) or know are left out. */
export const Resources = z.object({
  data: z.array(z.unknown()).transform((rows) => rows.filter((row) => !isObject(row) || row['type'] === undefined || known.has(row['type']))).pipe(z.array(Row)),
}).transform(({ data: rows }) => sorted(rows));
