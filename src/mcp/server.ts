import { McpServer, type McpRequestContext } from '@modelcontextprotocol/server';
import type { House } from '../core/runtime.ts';
import { version } from '../version.ts';
import { contextCapabilities, contextOf } from './resources.ts';
import { instructions } from './instructions.ts';
import { toolsOf } from './tools.ts';

/** What was put onto a server, and can be taken off again. */
export interface Placed {
  remove(): void;
}

/** One kind of thing a house offers (tools, …): puts all of it onto a server, or of the tools the one that is called. */
export type Part = (server: McpServer, tool?: string) => readonly Placed[];

/** A house as the protocol shows it, made once: HTTP opens a server per request. */
export interface Front {
  readonly house: House;
  /** `tool`: the server lives for one call of it, so it need not know the others. */
  open(tool?: string): McpServer;
  /** Gives a server in use what this house offers, in place of what another one offered. Its client hears of it once. */
  refurnish(server: McpServer): void;
}

const placed = new WeakMap<McpServer, readonly Placed[]>();

export function frontOf(house: House): Front {
  const parts: readonly Part[] = [toolsOf(house), contextOf(house)];
  const options = {
    capabilities: { tools: { listChanged: true }, ...contextCapabilities },
    instructions: instructions(house),
    cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'private' as const } },
    debouncedNotificationMethods: ['notifications/tools/list_changed'],
  };
  const furnish = (server: McpServer, tool?: string): void => {
    placed.set(
      server,
      parts.flatMap((part) => part(server, tool)),
    );
  };
  return {
    house,
    open(tool) {
      const server = new McpServer({ name: 'lares', title: 'Lares', version }, options);
      furnish(server, tool);
      return server;
    },
    refurnish(server) {
      for (const thing of placed.get(server) ?? []) thing.remove();
      furnish(server);
    },
  };
}

/** One factory for every protocol revision and transport. */
export function serverFor(house: House): (context?: McpRequestContext) => McpServer {
  const front = frontOf(house);
  return () => front.open();
}
