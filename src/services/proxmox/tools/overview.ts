import * as z from 'zod';
import { lines, omitted, table } from '../../../core/base/table.ts';
import { duration, plural } from '../../../core/base/units.ts';
import { rows } from '../../../core/fleet.ts';
import { Instance, instanceColumn, instanceLabel } from '../../../core/instances.ts';
import { read } from '../client.ts';
import { countByNodeAndPool, countGuests, GuestCounts, guestCountsText } from '../guest-counts.ts';
import type { Resources } from '../schema/resources.ts';
import { distinctStorages, fullness } from '../storages.ts';
import { Bytes, fullnessText, load, rounded, Share, usage } from './rows.ts';

const maxRows = 50;

const NodeRow = z.object({
  instance: Instance,
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
  instance: Instance,
  storage: z.string(),
  node: z.string().optional().describe('Absent when shared'),
  type: z.string().optional(),
  available: z.boolean(),
  missingOn: z.array(z.string()).describe('Online nodes that cannot use it'),
  usedBytes: Bytes,
  totalBytes: Bytes,
  content: z.array(z.string()),
});
const PoolRow = z.object({ instance: Instance, pool: z.string(), guests: z.int() });

/** What one cluster shows, without the names of its guests. */
function summary({ nodes, guests, storages, pools }: Resources) {
  const { on, inPool } = countByNodeAndPool(guests);
  return {
    nodes: nodes.map(({ cpuShare, ...node }) => ({
      ...node,
      cpuShare: rounded(cpuShare),
      ...on(node.node),
    })),
    storages: distinctStorages(storages, nodes),
    pools: pools.map((pool) => ({ pool, guests: inPool(pool).guests })),
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
    const labelOf = instanceLabel(clusters);
    const answers = await clusters.all(async (cluster) => cluster.resources());
    const summaries = answers.map(({ instance, value }) => ({ instance, value: summary(value) }));
    const rowsOf = <T extends object>(pick: (cluster: ReturnType<typeof summary>) => T[]) =>
      rows(summaries.map(({ instance, value }) => ({ instance, value: pick(value) }))).map(
        (row) => ({ ...row, instance: labelOf(row.instance) }),
      );
    const nodes = rowsOf((cluster) => cluster.nodes);
    const storages = rowsOf((cluster) => cluster.storages).sort(
      (a, b) => (fullness(b) ?? -1) - (fullness(a) ?? -1),
    );
    const pools = rowsOf((cluster) => cluster.pools);
    const guests = answers.flatMap(({ value }) => value.guests);
    const lost = guests.filter(({ lastStatus }) => lastStatus !== undefined).length;
    return {
      guests: countGuests(guests),
      nodes: nodes.slice(0, maxRows),
      nodesTotal: nodes.length,
      nodesOnline: nodes.filter(({ status }) => status === 'online').length,
      storages: storages.slice(0, maxRows),
      storagesTotal: storages.length,
      pools: pools.slice(0, maxRows),
      poolsTotal: pools.length,
      notes: notes(guests.length, nodes, lost),
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
    notes: noteLines,
  }) =>
    lines(
      `${nodesOnline} of ${plural(nodesTotal, 'node')} online; ${guestCountsText(guests)}.`,
      ...noteLines,
      table(nodes, {
        ...instanceColumn(nodes, 'cluster'),
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
        ...instanceColumn(storages, 'cluster'),
        storage: (row) => row.storage,
        node: (row) => row.node ?? 'shared',
        type: (row) => row.type,
        state: stateText,
        used: fullnessText,
        size: (row) => usage(row.usedBytes, row.totalBytes),
        content: (row) => row.content.join(', '),
      }),
      omitted(
        storages.length,
        storagesTotal,
        'these are the fullest; node_status shows those of one node',
      ),
      pools.length > 0 && `Pools: ${pools.map(poolText).join(', ')}.`,
      omitted(pools.length, poolsTotal, 'list_guests filters by pool'),
    ),
});

function stateText({ missingOn, available }: z.output<typeof StorageRow>): string {
  if (missingOn.length === 0) return 'available';
  return available ? `missing on ${missingOn.join(', ')}` : 'unavailable';
}

const poolText = ({ pool, guests, instance }: z.output<typeof PoolRow>): string =>
  `${pool} (${plural(guests, 'guest')}${instance ? `, ${instance}` : ''})`;

/** `lost` guests are on offline nodes. */
function notes(guests: number, nodes: readonly z.input<typeof NodeRow>[], lost: number): string[] {
  const hasSilentNode = nodes.some(
    ({ status, cores }) => status === 'online' && cores === undefined,
  );
  return [
    lost > 0 &&
      `${plural(lost, 'guest')} on offline nodes: unknown whether they run; list_guests shows what they last did.`,
    guests === 0 &&
      'No guest is shown. If there are some, the token lacks VM.Audit: `lares doctor` shows the command.',
    hasSilentNode &&
      'Nodes without numbers: the token lacks Sys.Audit on them, or they report nothing.',
  ].filter((note) => note !== false);
}
