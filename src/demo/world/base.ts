import { createClock, type Clock } from './clock.ts';
import { createGuests, type Guest } from './guests.ts';
import { createNetwork, type Network } from './network.ts';
import { createNodes, type Node } from './nodes.ts';

/** What every service sees of the house: its time, machines and addresses. Plain data that an incident may change. */
export interface Base extends Clock {
  nodes: Node[];
  guests: Guest[];
  network: Network;
  /** Throws when there is none; `guest` takes a VMID or a name. */
  node(name: string): Node;
  guest(id: number | string): Guest;
  /** Whether a guest runs on a node that is there: what lives in it can answer. */
  isUp(id: number | string): boolean;
  /** `n8n` → `n8n.lab.example.net`. */
  fqdn(name: string): string;
}

export function createBase(now?: number): Base {
  const clock = createClock(now);
  const network = createNetwork();
  const base: Base = {
    ...clock,
    nodes: createNodes(clock),
    guests: createGuests(clock),
    network,
    node: (name) =>
      found(
        base.nodes.find((node) => node.name === name),
        name,
      ),
    guest: (id) =>
      found(
        base.guests.find(({ vmid, name }) => vmid === id || name === id),
        id,
      ),
    isUp: (id) => {
      const guest = base.guest(id);
      return guest.status === 'running' && base.node(guest.node).offline === null;
    },
    fqdn: (name) => `${name}.${base.network.zone}`,
  };
  return base;
}

function found<T>(value: T | undefined, id: number | string): T {
  if (value === undefined) throw new Error(`nothing in this world is called ${id}`);
  return value;
}
