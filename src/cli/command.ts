/** One command of `lares`: how it is called, what its help says, and what it does. It stands beside the code it runs, and `program.ts` puts all of them together. */
export interface Command {
  name: string;
  summary: string;
  /** In order: `<required>`, `[optional]`, `[many...]`. */
  arguments?: readonly CommandArgument[];
  /** Without those of every command, for which see `common`. */
  options?: readonly CommandOption[];
  /** Which of the options that all commands share it takes: all, or without `--env-file`. */
  common: 'all' | 'without --env-file';
  /** What follows the first argument is not read as options of Lares, but passed on word by word. */
  passThrough?: true;
  /** Lines at the end of its help; made when they are shown. */
  examples?(): string;
  /** Gets the arguments in order, then the options. Returns the exit code; undefined while it keeps serving. */
  run(...args: unknown[]): Promise<number | undefined>;
}

export interface CommandArgument {
  syntax: string;
  description?: string;
}

export interface CommandOption {
  /** As the help shows it: `--limit <n>`. */
  flags: string;
  description: string;
  fallback?: string;
  /** Options that it cannot be used with, as the code knows them: `printEnv`. */
  conflicts?: string;
}

/** What scripts can rely on. */
export const exit = { fine: 0, broken: 1, unchecked: 2 } as const;

/** The options that commands share. */
export interface Common {
  envFile?: string;
  json?: boolean;
}

/** A command whose `run` knows the types of its own arguments and options; the help and the parser read them from the record. */
export const defineCommand = <Args extends readonly unknown[]>({
  run,
  ...command
}: Omit<Command, 'run'> & {
  run(...args: Args): Promise<number | undefined>;
}): Command => ({ ...command, run: (...args) => run(...(args as unknown as Args)) });
