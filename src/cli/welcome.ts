import { basename, relative } from 'node:path';

/** How this program was started, for commands that a person can copy: `lares` from the path, else `node dist/lares.js`. */
export function invocation(
  script: string = process.argv[1] ?? 'lares',
  cwd: string = process.cwd(),
): string {
  if (basename(script) === 'lares') return 'lares';
  const near = relative(cwd, script);
  return `node ${near.startsWith('..') ? script : near}`;
}

/** Somebody typed `lares` in a terminal: say what it is instead of waiting for a protocol that nobody types. */
export function welcome(): void {
  const lares = invocation();
  process.stdout.write(`Lares: one MCP server for a whole homelab.

An AI client starts it without arguments and talks to it over stdin and stdout. In a terminal, try:

  ${lares} demo      a simulated homelab, its verdict, and how to connect a client to it
  ${lares} init      add your services, one after the other
  ${lares} health    is anything broken?
  ${lares} doctor    can every configured service be reached, and what is missing?
  ${lares} tools     what a client may call
  ${lares} call      call one tool, with the same rules as a client
  ${lares} audit     every write that was ever attempted
  ${lares} --help    everything else

Services are configured with environment variables or --env FILE; "${lares} doctor" lists them.
`);
}
