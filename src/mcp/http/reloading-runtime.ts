import type { Env } from '../../core/config/env.ts';
import { expandHome } from '../../core/config/paths.ts';
import { grantKey, restrictTo, type Grant } from './auth/grant.ts';
import type { Runtime, RuntimeOptions } from '../../core/runtime.ts';
import { createServerFactory, type McpServerFactory } from '../server.ts';

const graceMs = 2_000;

/** Creates a runtime; throws when its configuration cannot be read. */
export type RuntimeFactory = (env: Env, inherited: RuntimeOptions) => Runtime;

/** The runtime of now. Reading the configuration again moves callers to a new one; the old one is closed when the last call in it has ended. */
export class ReloadingRuntime {
  readonly #env: () => Env;
  readonly #open: RuntimeFactory;
  readonly #page: () => string | undefined;
  readonly #make: (runtime: Runtime) => McpServerFactory;
  readonly #factories = new Map<string, McpServerFactory>();
  /** Runtimes that finish their last calls, and who took over from them. */
  readonly #draining = new Map<Runtime, Runtime>();
  #runtime: Runtime;

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
    this.#runtime = this.#build({});
  }

  /** The files that variables of the form `<NAME>_FILE` point to. */
  files: readonly string[] = [];

  get current(): Runtime {
    return this.#runtime;
  }

  serversFor(grant: Grant): McpServerFactory {
    const key = grantKey(grant);
    const factory = this.#factories.get(key) ?? this.#make(restrictTo(this.#runtime, grant));
    this.#factories.set(key, factory);
    return factory;
  }

  /** Returns why the new configuration is worse than the old one, which is then kept; empty: it is in place. */
  reload(): string[] {
    const before = this.#runtime;
    const next = this.#build({ from: before });
    const known = new Set(complaints(before));
    const worse = complaints(next).filter((problem) => !known.has(problem));
    if (worse.length > 0) {
      void next.close(before);
      return worse;
    }
    this.#runtime = next;
    this.#factories.clear();
    void this.#drain(before, next);
    return [];
  }

  #build(inherited: RuntimeOptions): Runtime {
    const env = this.#env();
    const runtime = this.#open(env, { ...inherited, page: this.#page() });
    this.files = Object.entries(env).flatMap(([name, value]) =>
      name.endsWith('_FILE') && value ? [expandHome(value.trim())] : [],
    );
    return runtime;
  }

  /** A request that was let in just before the change may begin its call just after it. */
  async #drain(runtime: Runtime, successor: Runtime): Promise<void> {
    this.#draining.set(runtime, successor);
    await new Promise((resolve) => {
      setTimeout(resolve, graceMs).unref();
    });
    await runtime.inFlight.drained();
    if (this.#draining.delete(runtime)) await runtime.close(successor);
  }

  /** Waits for what is under way, at most that long; then logs out everywhere. */
  async close(patienceMs: number): Promise<void> {
    const draining = [...this.#draining];
    this.#draining.clear();
    const runtimes = [this.#runtime, ...draining.map(([runtime]) => runtime)];
    const patience = new Promise((resolve) => {
      setTimeout(resolve, patienceMs).unref();
    });
    await Promise.race([Promise.all(runtimes.map(({ inFlight }) => inFlight.drained())), patience]);
    await Promise.all([
      this.#runtime.close(),
      ...draining.map(([runtime, successor]) => runtime.close(successor)),
    ]);
  }
}

const complaints = ({ globals, services, redact }: Runtime): string[] =>
  [...globals.problems, ...services.flatMap(({ problems }) => problems)].map(redact);
