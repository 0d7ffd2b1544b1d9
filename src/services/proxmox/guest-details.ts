import { clean } from '../../core/base/text.ts';
import { iso } from '../../core/base/units.ts';
import { collectGaps } from '../../core/gap.ts';
import type { Check } from '../../core/health.ts';
import { guestAddresses, type GuestAddresses } from './addresses.ts';
import type { Proxmox } from './client.ts';
import { whyStopped } from './lifecycle.ts';
import { askAtCurrentNode, type LocatedGuest } from './lookup.ts';
import type { GuestConfig, GuestStatus } from './schema/guest.ts';
import type { GuestRef } from './schema/resources.ts';
import type { Task } from './schema/task.ts';
import { logOf, taskRow } from './task-rows.ts';
import { requirePrivilege } from './rights.ts';

const tasksShown = 6;
const logsShown = 3;
const logLines = 5;
const descriptionLength = 1_000;

/** What only the guest's node knows. */
interface LiveGuest {
  ref: GuestRef;
  status: GuestStatus;
  config: GuestConfig;
  reachable: GuestAddresses;
  snapshots: { name: string; takenAt: number }[] | undefined;
  tasks: (Task & { logEnd: string[] | undefined })[] | undefined;
  /** Whether those of others are among them: of some alone nobody can tell why it stopped. */
  seesAllTasks: boolean;
}

/** All there is to know of one guest. A node that is offline or silent costs the live part only: the cluster's own data remains. */
export async function guestDetails(cluster: Proxmox, guest: LocatedGuest) {
  const { part, gaps } = collectGaps();
  const what = 'configuration, addresses and tasks';
  const isOffline = guest.nodeStatus === 'offline';
  if (isOffline)
    gaps.push({
      what,
      why: `node ${guest.node} is offline: this is what the cluster last knew`,
    });
  const live = isOffline
    ? undefined
    : await part(what, () =>
        askAtCurrentNode(cluster, guest, (ref) => readLive(cluster, ref, part)),
      );
  const { instance: _, nodeStatus: __, ...listed } = guest;
  return {
    ...listed,
    addresses: [],
    overlay: [],
    cards: [],
    volumes: [],
    ...(live && liveDetails(live, cluster.now())),
    gaps,
  };
}

/** The state and the configuration are one answer or none; whatever else is denied or missing is named. */
async function readLive(cluster: Proxmox, ref: GuestRef, part: Check): Promise<LiveGuest> {
  const [status, config] = await Promise.all([cluster.guestStatus(ref), cluster.guestConfig(ref)]);
  const [reachable, snapshots, tasks, permissions] = await Promise.all([
    guestAddresses(cluster, ref, status.state, config, part),
    part('snapshots', () => cluster.snapshots(ref)),
    part('tasks', () => cluster.guestTasks(ref, tasksShown)),
    part('what the token may see', () => cluster.permissions()),
  ]);
  const othersTasks = await part('tasks of others than the token itself', () =>
    requirePrivilege({ permissions }, `/nodes/${ref.node}`, 'Sys.Audit').then(() => true),
  );
  const logs = await Promise.all(
    (tasks ?? [])
      .slice(0, logsShown)
      .map((task) => part(`log of ${task.type}`, () => logOf(cluster, task, logLines))),
  );
  return {
    ref,
    status,
    config,
    reachable,
    snapshots,
    tasks: tasks?.map((task, i) => ({ ...task, logEnd: logs[i] })),
    seesAllTasks: othersTasks === true && permissions !== undefined,
  };
}

function liveDetails(live: LiveGuest, now: number) {
  const { ref, status, config, reachable, snapshots, tasks, seesAllTasks } = live;
  const { state, pid: _, diskBytes, ...figures } = status;
  const { onboot, protection, tags, ostype, description, cards, volumes } = config;
  const { note, ...addresses } = reachable;
  const isStopped = state === 'stopped' && !status.template;
  return {
    ...figures,
    node: ref.node,
    status: state,
    // QEMU's disk figure is always 0: it says nothing.
    diskBytes: ref.type === 'lxc' && state === 'running' ? diskBytes : undefined,
    onboot,
    protection,
    tags,
    ostype,
    description: description && clean(description, descriptionLength),
    ...addresses,
    addressNote: note,
    cards: cards.map(({ id, mac, bridge, vlan }) => ({ id, mac, bridge, vlan })),
    volumes,
    whyStopped:
      isStopped && tasks && seesAllTasks ? whyStopped(tasks, status.lock, now) : undefined,
    snapshots: snapshots && {
      count: snapshots.length,
      newest: snapshots[0]?.name,
      newestAt: snapshots[0] && iso(snapshots[0].takenAt),
    },
    tasks: tasks?.map(({ logEnd, ...task }) => taskRow(task, logEnd)),
  };
}
