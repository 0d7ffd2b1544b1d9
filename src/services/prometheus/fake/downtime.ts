import { hour } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Target } from '../../../demo/world/monitoring.ts';

/** Why a target does not answer, in the words of Go's net package. `since` in ms. */
export interface Downtime {
  since: number;
  error: string;
}

/** When things were first seen broken. What was broken at the first look is taken to be so for an hour. */
export class Memory {
  readonly #seen = new Map<string, number>();
  readonly #now: () => number;
  #looked = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get looked(): boolean {
    return this.#looked;
  }

  /** The first look is over. */
  settle(): void {
    this.#looked = true;
  }

  since(key: string): number {
    const since = this.#seen.get(key) ?? (this.#looked ? this.#now() : this.#now() - hour);
    this.#seen.set(key, since);
    return since;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

/** Null while the target can be scraped. */
export function downtimeOf(
  world: World,
  { host, port, broken }: Target,
  memory: Memory,
): Downtime | null {
  const guest = world.guests.find(({ name }) => name === host);
  const node = world.nodes.find(({ name }) => name === (guest?.node ?? host));
  const dial = `dial tcp ${guest?.ip ?? node?.ip}:${port}: `;
  if (node?.offline)
    return {
      since: node.offline.since,
      error:
        node.offline.symptom === 'timeout'
          ? 'context deadline exceeded'
          : `${dial}connect: no route to host`,
    };
  if (guest && guest.status !== 'running')
    return {
      since: stoppedAt(world, guest.vmid, memory),
      error: `${dial}connect: no route to host`,
    };
  memory.forget(`stopped ${guest?.vmid}`);
  return broken && { since: broken.since, error: `${dial}${broken.error}` };
}

/** The last task that stopped a guest, or holds it stopped, tells when; without one, when it was first seen. */
function stoppedAt({ proxmox, guests, node }: World, vmid: number, memory: Memory): number {
  const guest = guests.find((candidate) => candidate.vmid === vmid);
  if (guest && node(guest.node).offline) return node(guest.node).offline?.since ?? 0;
  const last = proxmox.tasks.findLast(
    ({ id, type }) => id === String(vmid) && /stop|shutdown|suspend|reboot|vzdump/.test(type),
  );
  return last ? (last.endedAt ?? last.startedAt) : memory.since(`stopped ${vmid}`);
}
