import type { McpRequestContext } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import { version } from '../version.ts';
import { completionFeature } from './completions.ts';
import type { Feature } from './feature.ts';
import { instructions } from './instructions.ts';
import { LaresServer } from './lares-server.ts';
import { promptFeature } from './prompts.ts';
import { resourceFeature } from './resources.ts';
import { toolFeature } from './tools.ts';

/** A runtime as the protocol shows it, made once: HTTP opens a server per request. */
export interface McpServerFactory {
  readonly runtime: Runtime;
  /** `tool`: the server lives for one call of it, so it need not know the others. */
  create(tool?: string): LaresServer;
  /** Gives a server in use what this runtime offers, in place of what another one offered. Its client hears of it once. */
  rebind(server: LaresServer): void;
}

/** Everything that does not depend on a request is made here, not for each server. */
export function createServerFactory(runtime: Runtime): McpServerFactory {
  const features: readonly Feature[] = [
    toolFeature(runtime),
    resourceFeature(runtime),
    promptFeature(runtime),
    completionFeature(runtime),
  ];
  const options = {
    capabilities: Object.assign({}, ...features.map(({ capabilities }) => capabilities)) as object,
    instructions: instructions(runtime),
    cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'private' as const } },
    debouncedNotificationMethods: ['notifications/tools/list_changed'],
  };
  const register = (server: LaresServer, tool?: string): void => {
    server.registrations = features.flatMap((feature) => feature.register(server, tool));
  };
  return {
    runtime,
    create(tool) {
      const server = new LaresServer({ name: 'lares', title: 'Lares', version }, options);
      register(server, tool);
      return server;
    },
    rebind(server) {
      for (const registration of server.registrations) registration.remove();
      register(server);
    },
  };
}

/** Makes servers of one runtime for the SDK, which asks for one per connection or request, of whatever protocol revision. */
export function serverFor(runtime: Runtime): (context?: McpRequestContext) => LaresServer {
  const factory = createServerFactory(runtime);
  return () => factory.create();
}
