import { day, iso } from '../../core/base/units.ts';
import { askAbout, thingsToAsk, type Asked, type Happening } from '../../core/lately.ts';
import { idOf, kindOf, type Thing } from '../../core/map.ts';
import { lately as defineLately, type Clusters, type Proxmox } from './client.ts';
import type { Task } from './schema/index.ts';

/** Guests or nodes that are asked about, and tasks of each. */
const limits = { machines: 2, tasks: 3 };

/** The last tasks of guests; of nodes only where no guest is among the things, since a node is below every guest. */
export const lately = defineLately((clusters, things) =>
  askAbout(
    machinesIn(things, clusters),
    ({ thing }) => `tasks of ${thing.title}`,
    async (machine) => {
      const tasks = await tasksOf(machine, clusters.on(machine.instance), clusters.now());
      return tasks.slice(0, limits.tasks).map((task) => taskLine(task, machine.thing));
    },
  ),
);

function machinesIn(things: readonly Thing[], clusters: Clusters): Asked<Thing>[] {
  const guests = thingsToAsk(things, 'guest', clusters, limits.machines);
  return guests.length > 0 ? guests : thingsToAsk(things, 'node', clusters, limits.machines);
}

function tasksOf(
  { thing: { ref, links, aliases = [] }, id }: Asked<Thing>,
  cluster: Proxmox,
  now: number,
): Promise<Task[]> {
  if (kindOf(ref) === 'node') return cluster.nodeTasks(id, now - day, limits.tasks);
  const home = links.find(({ how }) => how === 'runs on');
  if (!home) return Promise.resolve([]);
  const node = idOf(home.to).split('/').at(-1) ?? '';
  const type = aliases.includes(`ct/${id}`) ? 'lxc' : 'qemu';
  return cluster.guestTasks({ node, type, vmid: Number(id) }, limits.tasks);
}

/** A task of a node says by its id what it was for. */
function taskLine({ type, exit, endedAt, user, startedAt, id }: Task, machine: Thing): Happening {
  const subject = kindOf(machine.ref) === 'node' && id !== '' ? ` ${id}` : '';
  const outcome = exit ?? (endedAt === undefined ? 'running' : 'unknown');
  return {
    at: iso(startedAt),
    text: `${type}${subject} on ${machine.title}: ${outcome}, by ${user}`,
  };
}
