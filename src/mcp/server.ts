import { McpServer, type McpRequestContext } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import { version } from '../version.ts';
import { contextCapabilities, contextFeatures } from './resources.ts';
import { instructions } from './instructions.ts';
import { toolFeatures } from './tools.ts';

/** What was put onto a server, and can be taken off again. */
export interface Registration {
  remove(): void;
}

/** One kind of thing a runtime offers (tools, …): puts all of it onto a server, or of the tools the one that is called. */
export type Feature = (server: McpServer, tool?: string) => readonly Registration[];

/** A runtime as the protocol shows it, made once: HTTP opens a server per request. */
export interface McpServerFactory {
  readonly runtime: Runtime;
  /** `tool`: the server lives for one call of it, so it need not know the others. */
  create(tool?: string): McpServer;
  /** Gives a server in use what this runtime offers, in place of what another one offered. Its client hears of it once. */
  rebind(server: McpServer): void;
}

const registrations = new WeakMap<McpServer, readonly Registration[]>();

export function createServerFactory(runtime: Runtime): McpServerFactory {
  const parts: readonly Feature[] = [toolFeatures(runtime), contextFeatures(runtime)];
  const options = {
    capabilities: { tools: { listChanged: true }, ...contextCapabilities },
    instructions: instructions(runtime),
    cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'private' as const } },
    debouncedNotificationMethods: ['notifications/tools/list_changed'],
  };
  const furnish = (server: McpServer, tool?: string): void => {
    registrations.set(
      server,
      parts.flatMap((part) => part(server, tool)),
    );
  };
  return {
    runtime: runtime,
    create(tool) {
      const server = new McpServer({ name: 'lares', title: 'Lares', version }, options);
      furnish(server, tool);
      return server;
    },
    rebind(server) {
      for (const thing of registrations.get(server) ?? []) thing.remove();
      furnish(server);
    },
  };
}

/** One factory for every protocol revision and transport. */
export function serverFor(runtime: Runtime): (context?: McpRequestContext) => McpServer {
  const factory = createServerFactory(runtime);
  return () => factory.create();
}
