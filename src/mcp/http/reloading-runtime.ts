import type { Env } from '../../core/config/env.ts';
import { grantKey, restrictTo, type Grant } from './auth/grant.ts';
import type { Runtime, RuntimeOptions } from '../../core/runtime.ts';
import { createServerFactory, type McpServerFactory } from '../server.ts';

const graceMs = 2_000;

/** Opens a house; throws when its configuration cannot be read. */
export type RuntimeFactory = (env: Env, inherited: RuntimeOptions) => Runtime;

/** The house of now. Reading the configuration again moves callers to a new one; the old one is closed when the last call in it has ended. */
export class ReloadingRuntime {
  readonly #env: () => Env;
  readonly #open: RuntimeFactory;
  readonly #page: () => string | undefined;
  readonly #make: (runtime: Runtime) => McpServerFactory;
  readonly #fronts = new Map<string, McpServerFactory>();
  /** Houses that are being left, and who took over from them. */
  readonly #leaving = new Map<Runtime, Runtime>();
  #house: Runtime;

  constructor(
    env: () => Env,
    open: RuntimeFactory,
    page: () => string | undefined,
    make: (runtime: Runtime) => McpServerFactory = createServerFactory,
  ) {
    this.#open = open;
    this.#page = page;
    this.#make = make;
    this.#env = env;
    this.#house = this.#build({});
  }

  /** The files that variables of the form `<NAME>_FILE` point to. */
  files: readonly string[] = [];

  get current(): Runtime {
    return this.#house;
  }

  serversFor(grant: Grant): McpServerFactory {
    const key = grantKey(grant);
    const front = this.#fronts.get(key) ?? this.#make(restrictTo(this.#house, grant));
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

  #build(inherited: RuntimeOptions): Runtime {
    const env = this.#env();
    const runtime = this.#open(env, { ...inherited, page: this.#page() });
    this.files = Object.entries(env).flatMap(([name, value]) =>
      name.endsWith('_FILE') && value ? [value] : [],
    );
    return runtime;
  }

  /** A request that was let in just before the change may begin its call just after it. */
  async #leave(runtime: Runtime, heir: Runtime): Promise<void> {
    this.#leaving.set(runtime, heir);
    await new Promise((resolve) => {
      setTimeout(resolve, graceMs).unref();
    });
    await runtime.inFlight.drained();
    if (this.#leaving.delete(runtime)) await runtime.close(heir);
  }

  /** Waits for what is under way, at most that long; then logs out everywhere. */
  async close(patienceMs: number): Promise<void> {
    const leaving = [...this.#leaving];
    this.#leaving.clear();
    const runtimes = [this.#house, ...leaving.map(([runtime]) => runtime)];
    const patience = new Promise((resolve) => {
      setTimeout(resolve, patienceMs).unref();
    });
    await Promise.race([Promise.all(runtimes.map(({ inFlight }) => inFlight.drained())), patience]);
    await Promise.all([
      this.#house.close(),
      ...leaving.map(([runtime, heir]) => runtime.close(heir)),
    ]);
  }
}

const complaints = ({ globals, services, redact }: Runtime): string[] =>
  [...globals.problems, ...services.flatMap(({ problems }) => problems)].map(redact);
