import { cut } from '../../core/base/table.ts';
import { iso } from '../../core/base/units.ts';
import { collectGaps } from '../../core/gap.ts';
import type { Check } from '../../core/health.ts';
import type { Proxmox } from './client.ts';
import { recentMs } from './health/tasks.ts';
import type { Node } from './schema/resources.ts';
import { hasFailed } from './schema/task.ts';
import { requirePrivilege } from './rights.ts';
import { taskRow } from './task-rows.ts';

const maxUpdates = 20;
const failuresRead = 50;
const maxFailures = 5;
const logsShown = 2;
const logLines = 5;

/** All there is to know of one node. Of one that is offline, only what the cluster's list says. */
export async function nodeDetails(cluster: Proxmox, node: Node, without: ReadonlySet<string>) {
  const { part, gaps } = collectGaps({ without });
  const what = 'everything only the node itself can tell';
  const isOffline = node.status === 'offline';
  if (isOffline) gaps.push({ what, why: `node ${node.node} is offline` });
  const live = isOffline ? {} : await readLive(cluster, node.node, part, what);
  return { ...node, ...live, gaps };
}

/** Each part may be denied by itself; a node that does not answer the first question is not asked the others. */
async function readLive(cluster: Proxmox, node: string, part: Check, what: string) {
  const certificate = await part(
    what,
    async () => (await cluster.certificate(node)) ?? { expiresAt: undefined },
  );
  if (!certificate) return {};
  const [status, disks, pools, updates, failedTasks, permissions] = await Promise.all([
    part('load, memory and versions', () => cluster.nodeStatus(node)),
    part('disks', () => cluster.disks(node)),
    part('ZFS pools', () => cluster.pools(node), { part: 'zfs' }),
    part('pending updates', () => cluster.updates(node), { part: 'updates' }),
    part('failed tasks', () => failures(cluster, node, part)),
    part('what the token may see', () => cluster.permissions()),
  ]);
  const seesAllTasks = await part('failed tasks of others than the token itself', () =>
    requirePrivilege({ permissions }, `/nodes/${node}`, 'Sys.Audit').then(() => true),
  );
  const packages =
    updates &&
    cut(
      updates.sort((a, b) => (a.name < b.name ? -1 : 1)),
      maxUpdates,
    );
  return {
    ...status,
    disks: disks?.sort((a, b) => (a.path < b.path ? -1 : 1)),
    pools,
    updates: packages && { total: packages.total, packages: packages.rows },
    // That none of its own failed is no news of the node.
    failedTasks: seesAllTasks || (failedTasks ?? []).length > 0 ? failedTasks : undefined,
    certificateExpiresAt:
      certificate.expiresAt === undefined ? undefined : iso(certificate.expiresAt),
  };
}

/** Newest first, the newest with the end of their logs. */
async function failures(cluster: Proxmox, node: string, part: Check) {
  const tasks = (await cluster.failedTasks(node, cluster.now() - recentMs, failuresRead))
    .filter(({ exit }) => exit !== undefined && hasFailed(exit))
    .slice(0, maxFailures);
  return Promise.all(
    tasks.map(async (task, i) =>
      taskRow(
        task,
        i < logsShown
          ? await part(`log of ${task.type}`, () => cluster.taskLogEnd(task.upid, logLines))
          : undefined,
      ),
    ),
  );
}
