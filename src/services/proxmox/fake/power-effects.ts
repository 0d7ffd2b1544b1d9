import { second } from '../../../demo/world/clock.ts';
import type { Guest } from '../../../demo/world/guests.ts';
import { isRunning } from './figures.ts';
import { died } from './problem.ts';
import type { Call, Cluster } from './route.ts';

/** Runs a power operation as a task of the guest's node and returns the UPID. */
export const run = (
  { access, cluster: { workers, knobs } }: Call,
  guest: Guest,
  type: string,
  seconds: number,
  work: () => void,
): string =>
  workers.start({
    node: guest.node,
    type,
    id: String(guest.vmid),
    user: access.token.id,
    seconds,
    polls: knobs.taskPolls,
    work,
  });

/** The task only files the request; the HA manager acts on it in its own rounds, and remembers it. One that is dead never does, and none does for what it gave up on. */
export function haRequest(call: Call, guest: Guest, requested: 'started' | 'stopped'): string {
  const { cluster } = call;
  const { agenda, knobs } = cluster;
  return run(call, guest, requested === 'started' ? 'hastart' : 'hastop', 1, () => {
    if (guest.ha) guest.ha.requested = requested;
    agenda.after(knobs.haPolls, 10 * second, () => actAsManager(cluster, guest));
  });
}

function actAsManager(cluster: Cluster, guest: Guest): void {
  if (!guest.ha || cluster.world.proxmox.cluster.haDead || guest.ha.state === 'error') return;
  guest.ha.state = guest.ha.requested;
  if (guest.ha.requested === 'stopped') halt(guest);
  else if (!isRunning(guest)) launch(cluster, guest);
}

/** Whether a guest heeds a clean shutdown. */
export function reacts({ knobs: { ignoresShutdown } }: Cluster, { type, agent }: Guest): boolean {
  return (
    ignoresShutdown === 'nobody' ||
    (ignoresShutdown === 'vms without agent' && !(type === 'qemu' && agent !== 'answering'))
  );
}

/** Throws, as Proxmox VE does, for a guest that holds a lock. */
export function unlocked({ lock, type }: Guest): void {
  if (lock) throw died(`${type === 'qemu' ? 'VM' : 'CT'} is locked (${lock})`);
}

export function launch({ world }: Cluster, guest: Guest): void {
  Object.assign(guest, {
    status: 'running',
    startedAt: world.now(),
    memoryUsedBytes: Math.round(guest.memoryBytes * 0.3),
    cpuUsage: 0.02,
  });
  if (guest.lock === 'suspended') guest.lock = null;
}

export function halt(guest: Guest): void {
  Object.assign(guest, { status: 'stopped', startedAt: null, memoryUsedBytes: 0, cpuUsage: 0 });
}
