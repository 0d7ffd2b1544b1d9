import { InputError } from '../../core/base/errors.ts';
import type { Clusters, Proxmox } from './client.ts';
import { findGuest, titleOf, wherever, type Found } from './find.ts';
import { isRunning } from './lifecycle.ts';
import { holds } from './rights.ts';
import type { GuestConfig, GuestStatus } from './schema/guest.ts';
import type { Task } from './schema/task.ts';

/** One guest as it is at this moment, asked of its node: the cluster's list may be ten seconds behind. */
export interface GuestState {
  one: Proxmox;
  guest: Found;
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
  const title = titleOf(found);
  if (found.nodeStatus === 'offline') {
    throw new InputError(
      `${title} is on ${found.node}, which is offline: nothing can be done with it there`,
      { hint: 'infra_overview shows the nodes. HA moves a guest that it manages by itself.' },
    );
  }
  const [permissions, rest] = await Promise.all([
    one.permissions(),
    wherever(one, found, async (at) => {
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
          (task) => isRunning(task) && /^(qm|vz)(start|stop|shutdown|reboot)$/.test(task.type),
        ),
      };
    }),
  ]);
  return {
    one,
    title,
    ...rest,
    mayPower: holds(permissions, `/vms/${found.vmid}`, 'VM.PowerMgmt'),
  };
}
