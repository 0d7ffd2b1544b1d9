import type { Env } from '../../core/config/env.ts';
import { grantKey, narrowed, type Grant } from './auth/grant.ts';
import type { House, Inherited } from '../../core/runtime.ts';
import { frontOf, type Front } from '../server.ts';

const graceMs = 2_000;

/** Opens a house; throws when its configuration cannot be read. */
export type Opening = (env: Env, inherited: Inherited) => House;

/** The house of now. Reading the configuration again moves callers to a new one; the old one is closed when the last call in it has ended. */
export class Residence {
  readonly #env: () => Env;
  readonly #open: Opening;
  readonly #page: () => string | undefined;
  readonly #make: (house: House) => Front;
  readonly #fronts = new Map<string, Front>();
  /** Houses that are being left, and who took over from them. */
  readonly #leaving = new Map<House, House>();
  #house: House;

  constructor(
    env: () => Env,
    open: Opening,
    page: () => string | undefined,
    make: (house: House) => Front = frontOf,
  ) {
    this.#open = open;
    this.#page = page;
    this.#make = make;
    this.#env = env;
    this.#house = this.#build({});
  }

  /** The files that variables of the form `<NAME>_FILE` point to. */
  files: readonly string[] = [];

  get house(): House {
    return this.#house;
  }

  frontFor(grant: Grant): Front {
    const key = grantKey(grant);
    const front = this.#fronts.get(key) ?? this.#make(narrowed(this.#house, grant));
    this.#fronts.set(key, front);
    return front;
  }

  /** Returns why the new configuration is worse than the old one, which is then kept; empty: it is in place. */
  reload(): string[] {
    const before = this.#house;
    const next = this.#build({ from: before });
    const known = new Set(complaints(before));
    const worse = complaints(next).filter((problem) => !known.has(problem));
    if (worse.length > 0) {
      void next.close(before);
      return worse;
    }
    this.#house = next;
    this.#fronts.clear();
    void this.#leave(before, next);
    return [];
  }

  #build(inherited: Inherited): House {
    const env = this.#env();
    const house = this.#open(env, { ...inherited, page: this.#page() });
    this.files = Object.entries(env).flatMap(([name, value]) =>
      name.endsWith('_FILE') && value ? [value] : [],
    );
    return house;
  }

  /** A request that was let in just before the change may begin its call just after it. */
  async #leave(house: House, heir: House): Promise<void> {
    this.#leaving.set(house, heir);
    await new Promise((resolve) => {
      setTimeout(resolve, graceMs).unref();
    });
    await house.underWay.over();
    if (this.#leaving.delete(house)) await house.close(heir);
  }

  /** Waits for what is under way, at most that long; then logs out everywhere. */
  async close(patienceMs: number): Promise<void> {
    const leaving = [...this.#leaving];
    this.#leaving.clear();
    const houses = [this.#house, ...leaving.map(([house]) => house)];
    const patience = new Promise((resolve) => {
      setTimeout(resolve, patienceMs).unref();
    });
    await Promise.race([Promise.all(houses.map(({ underWay }) => underWay.over())), patience]);
    await Promise.all([this.#house.close(), ...leaving.map(([house, heir]) => house.close(heir))]);
  }
}

const complaints = ({ globals, rooms, redact }: House): string[] =>
  [...globals.problems, ...rooms.flatMap(({ problems }) => problems)].map(redact);
