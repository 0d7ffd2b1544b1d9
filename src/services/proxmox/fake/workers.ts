import { died } from './problem.ts';
import { second } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { endTask, startTask, type Task } from '../../../demo/world/proxmox-tasks.ts';
import type { Agenda, Scheduled } from './agenda.ts';

/** A job to do in the background: the node it runs on, its type and VMID, who asked, how long it takes, and what it does; `work` throws to fail. */
export interface Job {
  node: string;
  type: string;
  id: string;
  user: string;
  seconds: number;
  polls: number;
  log?: string[];
  work(): void;
}

/** Runs tasks. The change a task makes is visible when it ends, not when it starts. */
export class Workers {
  readonly #world: World;
  readonly #agenda: Agenda;
  readonly #running = new Map<Task, Scheduled>();

  constructor(world: World, agenda: Agenda) {
    this.#world = world;
    this.#agenda = agenda;
  }

  /** Starts a job and returns its UPID. */
  start({ work, seconds, polls, ...rest }: Job): string {
    const task = startTask(this.#world.proxmox.tasks, { ...rest, startedAt: this.#world.now() });
    // The config lock is held by whoever runs; others wait ten seconds for it, then fail. HA requests take none.
    const busy = rest.type.startsWith('ha') ? undefined : this.on(rest.id);
    const lock = busy
      ? () => {
          throw died(`can't lock file '${lockFile(rest.type, rest.id)}' - got timeout`);
        }
      : work;
    this.#running.set(
      task,
      this.#agenda.after(polls, (busy ? 10 : seconds) * second, () => this.#finish(task, lock)),
    );
    return task.upid;
  }

  /** The task that holds a guest's lock, HA requests aside. */
  on(id: string): Task | undefined {
    return [...this.#running.keys()].find((task) => task.id === id && !task.type.startsWith('ha'));
  }

  abort(task: Task): void {
    const item = this.#running.get(task);
    if (item) this.#agenda.cancel(item);
    this.#finish(task, () => {
      throw died('interrupted by signal');
    });
  }

  #finish(task: Task, work: () => void): void {
    let exit = 'OK';
    try {
      work();
    } catch (error) {
      exit = error instanceof Error ? error.message : String(error);
    }
    this.#running.delete(task);
    endTask(task, this.#world.now(), exit);
  }
}

const lockFile = (type: string, id: string): string =>
  type.startsWith('vz')
    ? `/run/lock/lxc/pve-config-${id}.lock`
    : `/var/lock/qemu-server/lock-${id}.conf`;
