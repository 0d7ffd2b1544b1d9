import type { Guest } from '../../../demo/world/guests.ts';
import type { Node } from '../../../demo/world/nodes.ts';
import { isForgotten, seconds, type Cluster } from './route.ts';

/** A guest's process exists in every state but these (QEMU qapi/run-state.json). */
export const isRunning = ({ status }: Guest): boolean => status !== 'stopped';

/** When the last values were gathered: now, or when the guest's node went away. */
const observedAt = (world: Cluster['world'], node: Node | undefined): number =>
  node?.offline?.since ?? world.now();

/** Seconds since the start, up to when the node was last heard of. */
export function uptimeOf(
  world: Cluster['world'],
  { startedAt, node }: Pick<Guest, 'startedAt' | 'node'>,
): number {
  const at = observedAt(
    world,
    world.nodes.find(({ name }) => name === node),
  );
  return startedAt === null ? 0 : Math.max(0, seconds(at - startedAt));
}

export const nodeUptime = (world: Cluster['world'], node: Node): number =>
  Math.max(0, seconds(observedAt(world, node) - node.bootedAt));

/** Byte counters since the guest's start, at a steady rate. */
export function countersOf(
  world: Cluster['world'],
  guest: Guest,
): { netin: number; netout: number; diskread: number; diskwrite: number } {
  const uptime = uptimeOf(world, guest);
  const rate = 400 + ((guest.vmid * 31) % 4000);
  return {
    netin: uptime * rate,
    netout: uptime * (rate >> 1),
    diskread: uptime * (rate << 1),
    diskwrite: uptime * rate * 3,
  };
}

/** Memory as the host sees it: only VMs have it, and only while they run. */
export const hostMemory = (guest: Guest): number =>
  guest.type === 'qemu' && isRunning(guest) ? Math.round(guest.memoryUsedBytes * 1.08) : 0;

/** What everybody still knows of a guest, or null once its node has been away for too long. */
export function lastKnown(world: Cluster['world'], guest: Guest): Guest | null {
  const node = world.nodes.find(({ name }) => name === guest.node);
  return node && !isForgotten(node, world.now()) ? guest : null;
}
