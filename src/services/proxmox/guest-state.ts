import { InputError, LaresError } from '../../core/base/errors.ts';
import type { Clusters, Proxmox } from './client.ts';
import { isTaskRunning } from './lifecycle.ts';
import { askAtCurrentNode, findGuest, guestTitle, type LocatedGuest } from './lookup.ts';
import { hasPrivilege } from './rights.ts';
import type { HaStatus } from './schema/cluster.ts';
import type { GuestConfig, GuestStatus } from './schema/guest.ts';
import type { Task } from './schema/task.ts';

/** One guest as it is at this moment, asked of its node: the cluster's list may be ten seconds behind. */
export interface GuestState {
  cluster: Proxmox;
  guest: LocatedGuest;
  /** `LXC 30062 (n8n)`. */
  title: string;
  status: GuestStatus;
  config: GuestConfig;
  /** A power task that is running on it right now. */
  activeTask: Task | undefined;
  /** Undefined where HA does not manage it, or cannot be asked. */
  ha: HaStatus | undefined;
  mayPower: boolean;
  /** Whether the pool it is in would be told. */
  seesPools: boolean;
}

const powerTask = /^(qm|vz)(start|stop|shutdown|reboot)$/;
const tasksRead = 10;

/** Throws InputError for a guest that is unknown, ambiguous or on a node that is offline. */
export async function guestStateOf(clusters: Clusters, idOrName: string): Promise<GuestState> {
  const located = await findGuest(clusters, idOrName);
  const cluster = clusters.on(located.instance);
  const title = guestTitle(located);
  if (located.nodeStatus === 'offline')
    throw new InputError(
      `${title} is on ${located.node}, which is offline: nothing can be done with it there`,
      { hint: 'infra_overview shows the nodes. HA moves a guest that it manages by itself.' },
    );
  const [permissions, state] = await Promise.all([
    cluster.permissions(),
    askAtCurrentNode(cluster, located, async (ref) => {
      const [status, config, tasks] = await Promise.all([
        cluster.guestStatus(ref),
        cluster.guestConfig(ref),
        cluster.guestTasks(ref, tasksRead),
      ]);
      const activeTask = tasks.find((task) => isTaskRunning(task) && powerTask.test(task.type));
      return { guest: { ...located, ...ref }, status, config, activeTask };
    }),
  ]);
  return {
    cluster,
    ha: state.status.ha === undefined ? undefined : await haStatusOf(cluster),
    title,
    ...state,
    seesPools: hasPrivilege(permissions, '/pool', 'Pool.Audit'),
    mayPower: hasPrivilege(permissions, `/vms/${located.vmid}`, 'VM.PowerMgmt'),
  };
}

/** Asked for a note in a preview: that it cannot be asked keeps nobody from the order. */
const haStatusOf = (cluster: Proxmox): Promise<HaStatus | undefined> =>
  cluster.haStatus().catch((error: unknown) => {
    if (error instanceof LaresError) return undefined;
    throw error;
  });
