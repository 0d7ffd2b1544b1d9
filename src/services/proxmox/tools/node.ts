import * as z from 'zod';
import { Gaps, gapsText, collectGaps } from '../../../core/gap.ts';
import type { Check } from '../../../core/health.ts';
import { cut, lines, omitted, table } from '../../../core/base/table.ts';
import { bytes, duration, iso, percent, plural } from '../../../core/base/units.ts';
import { GuestCounts, countGuests, guestCountsText } from '../guest-counts.ts';
import { read, type Proxmox } from '../client.ts';
import { findNode } from '../lookup.ts';
import { hasFailed, recentMs } from '../schema/task.ts';
import { fullness } from '../storages.ts';
import { TaskRow, taskRow, taskTable } from '../task-rows.ts';
import { Bytes, Cluster, labelIn, load, rounded, Share, usage } from './rows.ts';

const mostUpdates = 20;
const mostFailures = 5;
const logsOf = 2;
const logLines = 5;

const output = z.object({
  instance: Cluster,
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
  failedTasks: z.array(TaskRow).optional().describe('Of the last 26 h, newest first'),
  notChecked: Gaps,
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
  async run({ node: wanted }, clusters) {
    const {
      node,
      instance,
      resources: { guests, storages },
    } = await findNode(clusters, wanted);
    const { part, gaps } = collectGaps();
    if (node.status === 'offline')
      gaps.push({
        what: 'everything only the node itself can tell',
        why: `node ${node.node} is offline`,
      });
    const live = node.status === 'offline' ? {} : await ask(clusters.on(instance), node.node, part);
    const { cpuShare, ...all } = { ...node, ...live };
    return {
      instance: labelIn(clusters)(instance),
      ...all,
      cpuShare: rounded(cpuShare),
      guests: countGuests(guests.filter((guest) => guest.node === node.node)),
      storages: storages
        .filter((storage) => storage.node === node.node)
        .sort((a, b) => (a.storage < b.storage ? -1 : 1)),
      notChecked: gaps,
    };
  },
  text: (it) =>
    lines(
      `Node ${it.node}${it.instance ? ` in ${it.instance}` : ''} is ${it.status}${it.version ? `, Proxmox VE ${it.version}` : ''}${it.uptimeSeconds ? `, up ${duration(it.uptimeSeconds)}` : ''}; ${guestCountsText(it.guests)}.`,
      figures(it),
      table(it.storages, {
        storage: (row) => row.storage,
        type: (row) => row.type,
        scope: (row) => (row.shared ? 'shared' : 'local'),
        state: (row) => (row.available ? 'available' : 'unavailable'),
        used: (row) => {
          const share = fullness(row);
          return share === undefined ? undefined : percent(share);
        },
        size: (row) => usage(row.usedBytes, row.totalBytes),
      }),
      table(it.disks ?? [], {
        disk: (row) => row.path,
        type: (row) => row.type,
        model: (row) => row.model,
        size: (row) => row.sizeBytes && bytes(row.sizeBytes),
        health: (row) => row.health,
        'life left': (row) =>
          row.lifeLeftPercent === undefined ? undefined : `${row.lifeLeftPercent} %`,
        used: (row) => row.used,
      }),
      table(it.pools ?? [], {
        'ZFS pool': (row) => row.name,
        health: (row) => row.health,
        size: (row) => usage(row.usedBytes, row.totalBytes),
      }),
      it.updates &&
        (it.updates.total === 0
          ? 'No updates pending.'
          : lines(
              `${plural(it.updates.total, 'update')} pending: ${it.updates.packages.map((one) => `${one.name} ${one.oldVersion ?? '(new)'} → ${one.version}`).join(', ')}.`,
              omitted(it.updates.packages.length, it.updates.total, 'see Proxmox VE'),
            )),
      it.failedTasks &&
        (it.failedTasks.length === 0
          ? 'No task failed in the last 26 h.'
          : lines('Failed in the last 26 h:', taskTable(it.failedTasks))),
      gapsText(it.notChecked),
    ),
});

/** Each part may be denied by itself; a node that does not answer the first question is not asked the others. */
async function ask(one: Proxmox, node: string, part: Check) {
  const certificate = await part(
    'everything only the node itself can tell',
    async () => (await one.certificate(node)) ?? { expiresAt: undefined },
  );
  if (!certificate) return {};
  const [status, disks, pools, updates, failedTasks] = await Promise.all([
    part('load, memory and versions', () => one.nodeStatus(node)),
    part('disks', () => one.disks(node)),
    part('ZFS pools', () => one.pools(node)),
    part('pending updates', () => one.updates(node)),
    part('failed tasks', () => failures(one, node, part)),
  ]);
  const packages =
    updates &&
    cut(
      updates.sort((a, b) => (a.name < b.name ? -1 : 1)),
      mostUpdates,
    );
  return {
    ...status,
    disks: disks?.sort((a, b) => (a.path < b.path ? -1 : 1)),
    pools,
    updates: packages && { total: packages.total, packages: packages.rows },
    failedTasks,
    certificateExpiresAt:
      certificate.expiresAt === undefined ? undefined : iso(certificate.expiresAt),
  };
}

async function failures(one: Proxmox, node: string, part: Check) {
  const tasks = (await one.failedTasks(node, one.now() - recentMs, 50))
    .filter(({ exit }) => exit !== undefined && hasFailed(exit))
    .slice(0, mostFailures);
  return Promise.all(
    tasks.map(async (task, i) =>
      taskRow(
        task,
        i < logsOf
          ? await part(`log of ${task.type}`, () => one.taskLogEnd(task.upid, logLines))
          : undefined,
      ),
    ),
  );
}

function figures(it: Output): string {
  const all: [string, string | undefined][] = [
    ['cpu', load(it.cpuShare, it.threads ?? it.cores)],
    ['io wait', it.ioWaitShare === undefined ? undefined : percent(it.ioWaitShare)],
    ['load', it.load?.join(' ')],
    ['memory', usage(it.memoryBytes, it.memoryTotalBytes)],
    ['swap', usage(it.swapBytes, it.swapTotalBytes)],
    ['root', usage(it.rootBytes, it.rootTotalBytes)],
    ['processor', it.cpuModel && `${it.cpuModel}, ${it.cores} cores, ${it.threads} threads`],
    ['kernel', it.kernel],
    ['HA', it.ha],
    ['certificate until', it.certificateExpiresAt],
  ];
  return all.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('; ');
}
