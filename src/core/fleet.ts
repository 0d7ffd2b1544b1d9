import { InputError, type Failure } from './base/errors.ts';
import type { OwnWrite } from './gate/own-writes.ts';

/** A value and the instance it came from. */
export interface From<T> {
  instance: string;
  value: T;
}

/** Every instance of one service, as a tool sees it: already narrowed by the `instance` argument, if one was given. */
export interface Fleet<One> {
  readonly names: readonly string[];
  /** The service has more than one instance, however few of them this call is about: whatever names a thing has to name its instance. */
  readonly several: boolean;
  /** What this call has asked in vain so far. */
  readonly failures: readonly Failure[];
  /** The instance called `name`, or the only one. Otherwise an InputError that lists the names. */
  on(name?: string): One;
  /** Ask all at once. Those that fail are reported with the answer as `partial`; if all fail, the first error is thrown. */
  all<T>(ask: (one: One, instance: string) => Promise<T>): Promise<From<T>[]>;
  /** One instance after another, those named in `first` before the others, for what must not happen to two at the same time. Failures as in `all`. */
  each<T>(
    ask: (one: One, instance: string) => Promise<T>,
    first?: readonly string[],
  ): Promise<From<T>[]>;
  /** In a check-up: what Lares itself is carrying out on an instance, or has just carried out. */
  ownWrites(instance: string): readonly OwnWrite[];
  /** Milliseconds since the epoch. */
  now(): number;
  /** Parts that do not exist here, as the operator says. */
  readonly without: ReadonlySet<string>;
}

/** What a fleet is made with besides its instances. */
export interface FleetOptions {
  /** Hears of each instance whose answer is missing. */
  failed(failure: Failure): void;
  /** Milliseconds since the epoch. */
  now(): number;
  several?: boolean | undefined;
  ownWrites?: ((instance: string) => readonly OwnWrite[]) | undefined;
  without?: ReadonlySet<string> | undefined;
}

/** A fleet over `instances`, which are narrowed already. */
export function fleetOf<One>(
  instances: ReadonlyMap<string, One>,
  {
    failed,
    now,
    several = instances.size > 1,
    ownWrites = () => [],
    without = new Set(),
  }: FleetOptions,
): Fleet<One> {
  const names = [...instances.keys()];
  const missing: Failure[] = [];
  /** The answers that came; throws the first error when none did. */
  const gather = <T>(settled: readonly PromiseSettledResult<T>[]): From<T>[] => {
    const answers: From<T>[] = [];
    const failures: Failure[] = [];
    for (const [i, result] of settled.entries()) {
      const instance = names[i] ?? '';
      if (result.status === 'fulfilled') answers.push({ instance, value: result.value });
      else failures.push({ instance, error: result.reason as unknown });
    }
    missing.push(...failures);
    for (const failure of failures) failed(failure);
    if (answers.length === 0 && failures[0]) throw failures[0].error;
    return answers;
  };
  return {
    names,
    several,
    failures: missing,
    ownWrites,
    now,
    without,
    on(name = names.length === 1 ? names[0] : undefined) {
      const client = name === undefined ? undefined : instances.get(name);
      if (!client)
        throw new InputError(
          name === undefined ? 'Which instance?' : `No instance ${JSON.stringify(name)}`,
          { hint: `One of: ${names.join(', ')}` },
        );
      return client;
    },
    all: async (ask) =>
      gather(
        await Promise.allSettled(
          [...instances].map(async ([instance, client]) => ask(client, instance)),
        ),
      ),
    async each<T>(ask: (one: One, instance: string) => Promise<T>, first: readonly string[] = []) {
      const settled = new Map<string, PromiseSettledResult<T>>();
      for (const instance of new Set([...first, ...names])) {
        const client = instances.get(instance);
        if (!client) continue;
        for (const result of await Promise.allSettled([ask(client, instance)]))
          settled.set(instance, result);
      }
      return gather(names.flatMap((name) => settled.get(name) ?? []));
    },
  };
}

/** Lists of several instances as one list of rows that say where they stand. */
export const rows = <T extends object>(
  answers: readonly From<readonly T[]>[],
): (T & { instance: string })[] =>
  answers.flatMap(({ instance, value }) => value.map((row) => ({ ...row, instance })));
