import type { PiholeInstance } from '../../../demo/world/pihole.ts';
import type { World } from '../../../demo/world/index.ts';

/** How long dnsmasq takes to check a configuration, in real time. */
export const checkMs = 15;

/** The FTL process of one instance: what it has loaded, and whether it is there to answer. */
export class Machine {
  readonly instance: PiholeInstance;
  readonly world: World;
  /** CNAMEs are read at start, so what is saved is not what is answered until then. */
  loadedCnames: string[];
  /** A read-only configuration takes changes into memory and loses them at the next start. */
  onDisk: { hosts: string[]; cnameRecords: string[] } | undefined;
  /** How many questions, over HTTP or DNS, a restart leaves without answer. */
  restartPolls: number;
  restarts = 0;
  /** Takes changes, answers as if it had stored them, and does not (FTL#3015). */
  losesChanges = false;
  #checksUntil = 0;
  #away = 0;
  #hasStopped = false;

  constructor(world: World, instance: PiholeInstance, restartPolls: number) {
    this.world = world;
    this.instance = instance;
    this.restartPolls = restartPolls;
    this.loadedCnames = [...instance.cnameRecords];
  }

  get now(): number {
    return this.world.now();
  }

  since(version: string): boolean {
    return this.instance.version.localeCompare(`v${version}`, 'en', { numeric: true }) >= 0;
  }

  /** Whether this question is answered. FTL still takes configuration changes in the moment before it stops (live: 250 ms). */
  answers({ isChange = false } = {}): boolean {
    if (!this.world.isUp(this.instance.name)) return false;
    if (this.#away === 0 || (isChange && !this.#hasStopped)) return true;
    this.#hasStopped = true;
    this.#away -= 1;
    if (this.#away === 0) this.start();
    return false;
  }

  /** A second reason to restart before the first one was carried out is the same restart. */
  restart(): void {
    if (this.#away === 0 || this.#hasStopped) this.restarts += 1;
    this.#hasStopped = false;
    this.#away = this.restartPolls;
    if (this.#away === 0) this.start();
  }

  /** Begins to check a new configuration, which takes a moment; false while another one is being checked, since both are written to one file. */
  beginCheck(): boolean {
    if (performance.now() < this.#checksUntil) return false;
    this.#checksUntil = performance.now() + checkMs;
    return true;
  }

  holdsVip(): boolean {
    return this.world.pihole.vipHeldBy.includes(this.instance.name);
  }

  /** It is back, with what is on disk. */
  start(): void {
    this.#away = 0;
    if (this.onDisk) Object.assign(this.instance, this.onDisk);
    this.onDisk = undefined;
    this.loadedCnames = [...this.instance.cnameRecords];
    this.instance.startedAt = this.now;
  }
}
