import { InputError, type Failure } from './base/errors.ts';

/** A value and the instance it came from. */
export interface From<T> {
  instance: string;
  value: T;
}

/** Every instance of one service, as a tool sees it: already narrowed by the `instance` argument, if one was given. */
export interface Fleet<One> {
  readonly names: readonly string[];
  /** The instance called `name`, or the only one. Otherwise an InputError that lists the names. */
  on(name?: string): One;
  /** Ask all at once. Those that fail are reported with the answer as `partial`; if all fail, the first error is thrown. */
  all<T>(ask: (one: One, instance: string) => Promise<T>): Promise<From<T>[]>;
  /** One instance after another, those named in `first` before the others, for what must not happen to two at the same time. Failures as in `all`. */
  each<T>(
    ask: (one: One, instance: string) => Promise<T>,
    first?: readonly string[],
  ): Promise<From<T>[]>;
  /** Milliseconds since the epoch. */
  now(): number;
}

export function fleetOf<One>(
  instances: ReadonlyMap<string, One>,
  failed: (failure: Failure) => void,
  now: () => number,
): Fleet<One> {
  const names = [...instances.keys()];
  const gather = <T>(asked: PromiseSettledResult<T>[]): From<T>[] => {
    const answers = asked.flatMap((one, i) =>
      one.status === 'fulfilled' ? [{ instance: names[i] ?? '', value: one.value }] : [],
    );
    const errors = asked.flatMap((one, i) =>
      one.status === 'rejected' ? [{ instance: names[i] ?? '', error: one.reason as unknown }] : [],
    );
    for (const failure of errors) failed(failure);
    if (answers.length === 0 && errors[0]) throw errors[0].error;
    return answers;
  };
  return {
    names,
    now,
    on(name = names.length === 1 ? names[0] : undefined) {
      const one = name === undefined ? undefined : instances.get(name);
      if (!one)
        throw new InputError(
          name === undefined ? 'Which instance?' : `No instance ${JSON.stringify(name)}`,
          { hint: `One of: ${names.join(', ')}` },
        );
      return one;
    },
    all: async (ask) =>
      gather(
        await Promise.allSettled([...instances].map(async ([instance, one]) => ask(one, instance))),
      ),
    async each(ask, first = []) {
      const asked = new Map<string, PromiseSettledResult<Awaited<ReturnType<typeof ask>>>>();
      for (const instance of [
        ...new Set([...first.filter((name) => instances.has(name)), ...names]),
      ]) {
        const one = instances.get(instance);
        if (one)
          for (const outcome of await Promise.allSettled([ask(one, instance)]))
            asked.set(instance, outcome);
      }
      return gather(names.flatMap((name) => asked.get(name) ?? []));
    },
  };
}

/** Lists of several instances as one list of rows that say where they stand. */
export const rows = <T extends object>(
  answers: readonly From<readonly T[]>[],
): (T & { instance: string })[] =>
  answers.flatMap(({ instance, value }) => value.map((row) => ({ ...row, instance })));
