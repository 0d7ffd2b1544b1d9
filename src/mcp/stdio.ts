import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Runtime } from '../core/runtime.ts';
import { debugLog, isLogged } from './debug-log.ts';
import { serverFor } from './server.ts';
import { ObservedStdioTransport } from './observed-stdio-transport.ts';
import { Streams } from './subscriptions.ts';

/** Serves MCP on stdin and stdout until the client goes away; then logs out of every upstream. */
export function serveOnStdio(
  runtime: Runtime,
  closing: () => Promise<void> = async () => undefined,
): void {
  const { logLevel } = runtime.globals;
  debugLog(logLevel, runtime.redact);
  const open = serverFor(runtime);
  const streams = new Streams();
  let server: McpServer | undefined;
  const transport = new ObservedStdioTransport((id, wants) => {
    if (server) streams.set(id, wants, runtime, server);
  });
  const connection = serveStdio(() => (server = open()), {
    transport,
    onerror: (error) => {
      if (isLogged('error', logLevel))
        process.stderr.write(`lares: ${runtime.redact(error.message)}\n`);
    },
  });
  let ending: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    try {
      await connection.close();
      await runtime.close();
      await closing();
    } finally {
      process.exit();
    }
  };
  const end = (): Promise<void> => (ending ??= finish());
  process.stdin.once('end', end).once('close', end);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  process.stdout.once('error', end);
  // The first call should not wait for a service to load; the list has long been answered by then.
  setTimeout(() => {
    for (const configured of runtime.services)
      if (configured.state === 'on') void configured.service.load();
  }, 500).unref();
}
