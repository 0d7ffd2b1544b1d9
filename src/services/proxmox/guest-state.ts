import { InputError } from '../../core/base/errors.ts';
import type { Clusters, Proxmox } from './client.ts';
import { findGuest, guestTitle, askAtCurrentNode, type LocatedGuest } from './lookup.ts';
import { isTaskRunning } from './lifecycle.ts';
import { hasPrivilege } from './rights.ts';
import type { GuestConfig, GuestStatus } from './schema/guest.ts';
import type { Task } from './schema/task.ts';

/** One guest as it is at this moment, asked of its node: the cluster's list may be ten seconds behind. */
export interface GuestState {
  one: Proxmox;
  guest: LocatedGuest;
  /** `LXC 30062 (n8n)`. */
  title: string;
  status: GuestStatus;
  config: GuestConfig;
  /** A power task that is running on it right now. */
  active: Task | undefined;
  mayPower: boolean;
}

export async function guestStateOf(clusters: Clusters, wanted: string): Promise<GuestState> {
  const found = await findGuest(clusters, wanted);
  const one = clusters.on(found.instance);
  const title = guestTitle(found);
  if (found.nodeStatus === 'offline') {
    throw new InputError(
      `${title} is on ${found.node}, which is offline: nothing can be done with it there`,
      { hint: 'infra_overview shows the nodes. HA moves a guest that it manages by itself.' },
    );
  }
  const [permissions, rest] = await Promise.all([
    one.permissions(),
    askAtCurrentNode(one, found, async (at) => {
      const [status, config, tasks] = await Promise.all([
        one.guestStatus(at),
        one.guestConfig(at),
        one.guestTasks(at, 10),
      ]);
      return {
        guest: { ...found, ...at },
        status,
        config,
        active: tasks.find(
          (task) => isTaskRunning(task) && /^(qm|vz)(start|stop|shutdown|reboot)$/.test(task.type),
        ),
      };
    }),
  ]);
  return {
    one,
    title,
    ...rest,
    mayPower: hasPrivilege(permissions, `/vms/${found.vmid}`, 'VM.PowerMgmt'),
  };
}
