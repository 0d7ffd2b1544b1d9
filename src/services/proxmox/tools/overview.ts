import * as z from 'zod';
import { rows } from '../../../core/fleet.ts';
import { lines, omitted, table } from '../../../core/base/table.ts';
import { duration, percent, plural } from '../../../core/base/units.ts';
import { GuestCounts, countGuests, guestCountsText, countByNodeAndPool } from '../guest-counts.ts';
import { read } from '../client.ts';
import type { Resources } from '../schema/resources.ts';
import { distinctStorages, fullness } from '../storages.ts';
import { Bytes, Cluster, clusterColumn, labelIn, load, rounded, Share, usage } from './rows.ts';

const most = 50;

const NodeRow = z.object({
  instance: Cluster,
  node: z.string(),
  status: z.string(),
  uptimeSeconds: z.number().optional(),
  cpuShare: Share,
  cores: z.number().optional(),
  memoryBytes: Bytes,
  memoryTotalBytes: Bytes,
  guestsRunning: z.int(),
  guests: z.int(),
});
const StorageRow = z.object({
  instance: Cluster,
  storage: z.string(),
  node: z.string().optional().describe('Absent when shared'),
  type: z.string().optional(),
  available: z.boolean(),
  missingOn: z.array(z.string()).describe('Online nodes that cannot use it'),
  usedBytes: Bytes,
  totalBytes: Bytes,
  content: z.array(z.string()),
});
const PoolRow = z.object({ instance: Cluster, pool: z.string(), guests: z.int() });

function summary({ nodes, guests, storages, pools }: Resources) {
  const { on, inPool, lost } = countByNodeAndPool(guests);
  return {
    nodes: nodes.map(({ cpuShare, ...node }) => ({
      ...node,
      cpuShare: rounded(cpuShare),
      ...on(node.node),
    })),
    storages: distinctStorages(storages, nodes),
    pools: pools.map((pool) => ({ pool, guests: inPool(pool).guests })),
    lost,
  };
}

export const infraOverview = read({
  name: 'infra_overview',
  title: 'Overview of the virtualisation',
  description:
    'Show every Proxmox VE node, how many guests run, and how full each storage and pool is.',
  example: {},
  input: z.strictObject({}),
  output: z.object({
    guests: GuestCounts,
    nodes: z.array(NodeRow),
    nodesTotal: z.int(),
    nodesOnline: z.int(),
    storages: z.array(StorageRow).describe('Fullest first'),
    storagesTotal: z.int(),
    pools: z.array(PoolRow),
    poolsTotal: z.int(),
    notes: z.array(z.string()),
  }),
  async run(_, clusters) {
    const labelOf = labelIn(clusters);
    const asked = await clusters.all(async (one) => one.resources());
    const told = asked.map(({ instance, value }) => ({ instance, value: summary(value) }));
    const flat = <T extends object>(pick: (one: ReturnType<typeof summary>) => T[]) =>
      rows(told.map(({ instance, value }) => ({ instance, value: pick(value) }))).map((row) => ({
        ...row,
        instance: labelOf(row.instance),
      }));
    const nodes = flat((one) => one.nodes);
    const storages = flat((one) => one.storages).sort(
      (a, b) => (fullness(b) ?? -1) - (fullness(a) ?? -1),
    );
    const pools = flat((one) => one.pools);
    const guests = countGuests(asked.flatMap(({ value }) => value.guests));
    return {
      guests,
      nodes: nodes.slice(0, most),
      nodesTotal: nodes.length,
      nodesOnline: nodes.filter(({ status }) => status === 'online').length,
      storages: storages.slice(0, most),
      storagesTotal: storages.length,
      pools: pools.slice(0, most),
      poolsTotal: pools.length,
      notes: notes(
        guests.total,
        nodes,
        told.reduce((sum, { value }) => sum + value.lost, 0),
      ),
    };
  },
  text: ({
    guests,
    nodes,
    nodesTotal,
    nodesOnline,
    storages,
    storagesTotal,
    pools,
    poolsTotal,
    notes: said,
  }) =>
    lines(
      `${nodesOnline} of ${plural(nodesTotal, 'node')} online; ${guestCountsText(guests)}.`,
      ...said,
      table(nodes, {
        ...clusterColumn(nodes),
        node: (row) => row.node,
        status: (row) => row.status,
        cpu: (row) => load(row.cpuShare, row.cores),
        memory: (row) => usage(row.memoryBytes, row.memoryTotalBytes),
        uptime: (row) =>
          row.uptimeSeconds === undefined ? undefined : duration(row.uptimeSeconds),
        running: (row) => `${row.guestsRunning} of ${row.guests}`,
      }),
      omitted(nodes.length, nodesTotal, 'node_status shows one'),
      table(storages, {
        ...clusterColumn(storages),
        storage: (row) => row.storage,
        node: (row) => row.node ?? 'shared',
        type: (row) => row.type,
        state: (row) =>
          row.missingOn.length === 0
            ? 'available'
            : row.available
              ? `missing on ${row.missingOn.join(', ')}`
              : 'unavailable',
        used: (row) => {
          const share = fullness(row);
          return share === undefined ? undefined : percent(share);
        },
        size: (row) => usage(row.usedBytes, row.totalBytes),
        content: (row) => row.content.join(', '),
      }),
      omitted(
        storages.length,
        storagesTotal,
        'these are the fullest; node_status shows those of one node',
      ),
      pools.length > 0 &&
        `Pools: ${pools.map((row) => `${row.pool} (${plural(row.guests, 'guest')}${row.instance ? `, ${row.instance}` : ''})`).join(', ')}.`,
      omitted(pools.length, poolsTotal, 'list_guests filters by pool'),
    ),
});

function notes(guests: number, nodes: readonly z.input<typeof NodeRow>[], lost: number): string[] {
  const mute = nodes.some(({ status, cores }) => status === 'online' && cores === undefined);
  return [
    lost > 0 &&
      `${plural(lost, 'guest')} on offline nodes: unknown whether they run; list_guests shows what they last did.`,
    guests === 0 &&
      'No guest is shown. If there are some, the token lacks VM.Audit: `lares doctor` shows the command.',
    mute && 'Nodes without numbers: the token lacks Sys.Audit on them, or they report nothing.',
  ].filter((note) => note !== false);
}
