import * as z from 'zod';
import { lines, omitted, table } from '../../../core/base/table.ts';
import { bytes, duration, hour, percent, plural } from '../../../core/base/units.ts';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { Instance, instanceLabel } from '../../../core/instances.ts';
import { read } from '../client.ts';
import { countGuests, GuestCounts, guestCountsText } from '../guest-counts.ts';
import { recentMs } from '../health/tasks.ts';
import { findNode } from '../lookup.ts';
import { nodeDetails } from '../node-details.ts';
import { TaskRow, taskTable } from '../task-rows.ts';
import { Bytes, fullnessText, load, rounded, Share, usage } from './rows.ts';

const recent = `${recentMs / hour} h`;

const output = z.object({
  instance: Instance,
  node: z.string(),
  status: z.string(),
  version: z.string().optional(),
  kernel: z.string().optional(),
  uptimeSeconds: z.number().optional(),
  cpuModel: z.string().optional(),
  cores: z.number().optional(),
  threads: z.number().optional(),
  cpuShare: Share,
  ioWaitShare: z.number().optional(),
  load: z.array(z.number()).optional().describe('1, 5 and 15 minutes; compare with threads'),
  memoryBytes: Bytes,
  memoryTotalBytes: Bytes,
  swapBytes: Bytes,
  swapTotalBytes: Bytes,
  rootBytes: Bytes,
  rootTotalBytes: Bytes,
  ha: z.string().optional(),
  guests: GuestCounts,
  storages: z.array(
    z.object({
      storage: z.string(),
      type: z.string().optional(),
      shared: z.boolean(),
      available: z.boolean(),
      usedBytes: Bytes,
      totalBytes: Bytes,
    }),
  ),
  disks: z
    .array(
      z.object({
        path: z.string(),
        type: z.string().optional(),
        model: z.string().optional(),
        sizeBytes: Bytes,
        health: z.string(),
        lifeLeftPercent: z.number().optional(),
        used: z.string().optional(),
      }),
    )
    .optional(),
  pools: z
    .array(z.object({ name: z.string(), health: z.string(), usedBytes: Bytes, totalBytes: Bytes }))
    .optional()
    .describe('ZFS'),
  updates: z
    .object({
      total: z.int(),
      packages: z.array(
        z.object({ name: z.string(), version: z.string(), oldVersion: z.string().optional() }),
      ),
    })
    .optional(),
  certificateExpiresAt: z.string().optional(),
  failedTasks: z.array(TaskRow).optional().describe(`Of the last ${recent}, newest first`),
  gaps: Gaps,
});
type Output = z.output<typeof output>;

export const nodeStatus = read({
  name: 'node_status',
  title: 'Show one node',
  description:
    'Show one Proxmox VE node: load, memory, versions, storages, disks, ZFS pools, updates, certificate.',
  example: { node: 'pve-mini5' },
  input: z.strictObject({ node: z.string().min(1).describe('Its name in the cluster') }),
  output,
  async run({ node: name }, clusters) {
    const {
      node,
      instance,
      resources: { guests, storages },
    } = await findNode(clusters, name);
    const { cpuShare, ...details } = await nodeDetails(
      clusters.on(instance),
      node,
      clusters.without,
    );
    return {
      instance: instanceLabel(clusters)(instance),
      ...details,
      cpuShare: rounded(cpuShare),
      guests: countGuests(guests.filter((guest) => guest.node === node.node)),
      storages: storages
        .filter((storage) => storage.node === node.node)
        .sort((a, b) => (a.storage < b.storage ? -1 : 1)),
    };
  },
  text: (node) =>
    lines(
      headline(node),
      figures(node),
      storageTable(node.storages),
      diskTable(node.disks ?? []),
      poolTable(node.pools ?? []),
      node.updates && updatesText(node.updates),
      node.failedTasks && failedTasksText(node.failedTasks),
      gapsText(node.gaps),
    ),
});

function headline(node: Output): string {
  const title = `Node ${node.node}${node.instance ? ` in ${node.instance}` : ''}`;
  const facts = [
    `${title} is ${node.status}`,
    node.version && `Proxmox VE ${node.version}`,
    node.uptimeSeconds && `up ${duration(node.uptimeSeconds)}`,
  ];
  return `${facts.filter(Boolean).join(', ')}; ${guestCountsText(node.guests)}.`;
}

function figures(node: Output): string {
  const entries: [string, string | undefined][] = [
    ['cpu', load(node.cpuShare, node.threads ?? node.cores)],
    ['io wait', node.ioWaitShare === undefined ? undefined : percent(node.ioWaitShare)],
    ['load', node.load?.join(' ')],
    ['memory', usage(node.memoryBytes, node.memoryTotalBytes)],
    ['swap', usage(node.swapBytes, node.swapTotalBytes)],
    ['root', usage(node.rootBytes, node.rootTotalBytes)],
    [
      'processor',
      node.cpuModel && `${node.cpuModel}, ${node.cores} cores, ${node.threads} threads`,
    ],
    ['kernel', node.kernel],
    ['HA', node.ha],
    ['certificate until', node.certificateExpiresAt],
  ];
  return entries.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('; ');
}

const storageTable = (storages: Output['storages']): string =>
  table(storages, {
    storage: (row) => row.storage,
    type: (row) => row.type,
    scope: (row) => (row.shared ? 'shared' : 'local'),
    state: (row) => (row.available ? 'available' : 'unavailable'),
    used: fullnessText,
    size: (row) => usage(row.usedBytes, row.totalBytes),
  });

const diskTable = (disks: NonNullable<Output['disks']>): string =>
  table(disks, {
    disk: (row) => row.path,
    type: (row) => row.type,
    model: (row) => row.model,
    size: (row) => row.sizeBytes && bytes(row.sizeBytes),
    health: (row) => row.health,
    'life left': (row) =>
      row.lifeLeftPercent === undefined ? undefined : `${row.lifeLeftPercent} %`,
    used: (row) => row.used,
  });

const poolTable = (pools: NonNullable<Output['pools']>): string =>
  table(pools, {
    'ZFS pool': (row) => row.name,
    health: (row) => row.health,
    size: (row) => usage(row.usedBytes, row.totalBytes),
  });

function updatesText({ total, packages }: NonNullable<Output['updates']>): string {
  if (total === 0) return 'No updates pending.';
  const names = packages.map(
    ({ name, version, oldVersion = '(new)' }) => `${name} ${oldVersion} → ${version}`,
  );
  return lines(
    `${plural(total, 'update')} pending: ${names.join(', ')}.`,
    omitted(packages.length, total, 'see Proxmox VE'),
  );
}

const failedTasksText = (tasks: NonNullable<Output['failedTasks']>): string =>
  tasks.length === 0
    ? `No task failed in the last ${recent}.`
    : lines(`Failed in the last ${recent}:`, taskTable(tasks));
