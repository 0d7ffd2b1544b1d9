import { collectGaps } from '../../core/gap.ts';
import type { Check } from '../../core/health.ts';
import { iso } from '../../core/base/units.ts';
import { clean } from '../../core/base/text.ts';
import { guestAddresses, type GuestAddresses } from './addresses.ts';
import type { Proxmox } from './client.ts';
import { askAtCurrentNode, type LocatedGuest } from './lookup.ts';
import { whyStopped } from './lifecycle.ts';
import type { GuestConfig, GuestStatus } from './schema/guest.ts';
import type { GuestRef } from './schema/resources.ts';
import type { Task } from './schema/task.ts';
import { taskRow } from './task-rows.ts';

const lastTasks = 6;
const logsOf = 3;
const logLines = 5;

interface Live {
  at: GuestRef;
  status: GuestStatus;
  config: GuestConfig;
  reach: GuestAddresses;
  snapshots: { name: string; takenAt: number }[] | undefined;
  tasks: (Task & { logEnd: string[] | undefined })[] | undefined;
}

/** All there is to know of one guest. A node that is offline or silent costs the live part only: the cluster's own data remains. */
export async function guestDetails(one: Proxmox, guest: LocatedGuest) {
  const { part, gaps } = collectGaps();
  const offline = guest.nodeStatus === 'offline';
  if (offline)
    gaps.push({
      what: 'configuration, addresses and tasks',
      why: `node ${guest.node} is offline: this is what the cluster last knew`,
    });
  const live = offline
    ? undefined
    : await part('configuration, addresses and tasks', () =>
        askAtCurrentNode(one, guest, (at) => look(one, at, part)),
      );
  const {
    vmid,
    type,
    name,
    node,
    status,
    lastStatus,
    template,
    pool,
    tags,
    lock,
    ha,
    uptimeSeconds,
    cpuShare,
    cores,
    memoryBytes,
    memoryTotalBytes,
    diskTotalBytes,
  } = guest;
  const known = {
    vmid,
    type,
    name,
    node,
    status,
    lastStatus,
    template,
    pool,
    tags,
    lock,
    ha,
    uptimeSeconds,
    cpuShare,
    cores,
    memoryBytes,
    memoryTotalBytes,
    diskTotalBytes,
  };
  return {
    ...known,
    addresses: [],
    overlay: [],
    cards: [],
    volumes: [],
    ...(live && told(live, one.now())),
    notChecked: gaps,
  };
}

/** The state and the configuration are one answer or none; whatever else is denied or missing is named. */
async function look(one: Proxmox, at: GuestRef, part: Check): Promise<Live> {
  const [status, config] = await Promise.all([one.guestStatus(at), one.guestConfig(at)]);
  const [found, snapshots, tasks] = await Promise.all([
    guestAddresses(one, at, status.state, config, part),
    part('snapshots', () => one.snapshots(at)),
    part('tasks', () => one.guestTasks(at, lastTasks)),
  ]);
  const logs = await Promise.all(
    (tasks ?? [])
      .slice(0, logsOf)
      .map(({ upid, type }) => part(`log of ${type}`, () => one.taskLogEnd(upid, logLines))),
  );
  return {
    at,
    status,
    config,
    reach: found,
    snapshots,
    tasks: tasks?.map((task, i) => ({ ...task, logEnd: logs[i] })),
  };
}

function told(
  { at, status, config, reach: { note, ...found }, snapshots, tasks }: Live,
  now: number,
) {
  const {
    name,
    template,
    lock,
    ha,
    state,
    uptimeSeconds,
    cpuShare,
    cores,
    memoryBytes,
    memoryTotalBytes,
    diskBytes,
    diskTotalBytes,
  } = status;
  const { onboot, protection, tags, ostype, description } = config;
  return {
    node: at.node,
    name,
    template,
    lock,
    ha,
    status: state,
    uptimeSeconds,
    cpuShare,
    cores,
    memoryBytes,
    memoryTotalBytes,
    diskTotalBytes,
    // QEMU's disk figure is always 0: it says nothing.
    diskBytes: at.type === 'lxc' && state === 'running' ? diskBytes : undefined,
    onboot,
    protection,
    tags,
    ostype,
    description: description && clean(description, 1_000),
    ...found,
    addressNote: note,
    cards: config.cards.map(({ id, mac, bridge, vlan }) => ({ id, mac, bridge, vlan })),
    volumes: config.volumes,
    whyStopped: state === 'stopped' && !template && tasks ? whyStopped(tasks, now) : undefined,
    snapshots: snapshots && {
      count: snapshots.length,
      newest: snapshots[0]?.name,
      newestAt: snapshots[0] && iso(snapshots[0].takenAt),
    },
    tasks: tasks?.map(({ logEnd, ...task }) => taskRow(task, logEnd)),
  };
}
