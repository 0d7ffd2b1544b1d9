import { basename, relative, resolve } from 'node:path';

/** How a process was started, as far as it decides what a person types to start another one like it. */
export interface Start {
  argv: readonly string[];
  execArgv: readonly string[];
  cwd: string;
  /** Somebody types where the process runs: relative paths lead where they are meant to. */
  isTerminal: boolean;
}

const thisStart = (): Start => ({
  argv: process.argv,
  execArgv: process.execArgv,
  cwd: process.cwd(),
  isTerminal: process.stdin.isTTY,
});

/** How this program is started: `lares` from the path, `npx lares` where npx brought it, else `node dist/lares.js`. Inside another program it is `lares` too. */
export function invocation(script: string = process.argv[1] ?? 'lares', cwd?: string): string {
  const name = basename(script);
  if (name === 'lares')
    return /[\\/](?:_npx|node_modules[\\/]\.bin)[\\/]/.test(script) ? 'npx lares' : 'lares';
  if (!/^(?:lares\.m?js|main\.ts)$/.test(name)) return 'lares';
  const near = cwd === undefined ? script : relative(cwd, script);
  return `node ${quoted(near.startsWith('..') ? script : near)}`;
}

/** A command of Lares as it works in a terminal of this machine, with the env file that this process was given: `approve CODE` is `node /opt/lares/dist/lares.js approve CODE --env /etc/lares.env`. */
export function ownCommand(words: string, start: Start = thisStart()): string {
  const { argv, cwd, isTerminal } = start;
  // Who reads the answer of a client types it in another folder: there only whole paths lead somewhere.
  const lares = invocation(resolve(cwd, argv[1] ?? 'lares'), isTerminal ? cwd : undefined);
  const file = envFileOf(start);
  return file === undefined ? `${lares} ${words}` : `${lares} ${words} --env ${quoted(file)}`;
}

/** The same text with its commands of Lares, which stand between backticks, as they work here. */
export const withOwnCommands = (text: string, start?: Start): string =>
  text.replace(/`lares ([^`]+)`/g, (_, words: string) => `\`${ownCommand(words, start)}\``);

/** Node takes the flag before the name of the program, Lares after it. */
function envFileOf({ argv, execArgv, cwd }: Start): string | undefined {
  const words = [...execArgv, ...argv.slice(2)];
  const at = words.findLastIndex((word) => /^--env(?:-file)?(?:=|$)/.test(word));
  const flag = words[at];
  if (flag === undefined) return undefined;
  const file = flag.includes('=') ? flag.slice(flag.indexOf('=') + 1) : words[at + 1];
  return file ? resolve(cwd, file) : undefined;
}

const quoted = (path: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
