import { invocation } from '../core/base/own-command.ts';

/** Somebody typed `lares` in a terminal: say what it is instead of waiting for a protocol that nobody types. */
export function welcome(): void {
  const lares = invocation(process.argv[1], process.cwd());
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

/** Somebody typed `lares serve` in a terminal: on stderr, since stdout belongs to the protocol. */
export function explainServing(): void {
  const lares = invocation(process.argv[1], process.cwd());
  process.stderr.write(
    `Lares serves MCP over stdin and stdout now, for an AI client that starts it itself: nothing to type here. Ctrl-C ends it; "${lares} health" asks from a terminal, "${lares} serve --http" serves on the network, "${lares} --help" lists everything else.\n`,
  );
}
