import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { errorText } from '../core/call.ts';
import { InputError } from '../core/base/errors.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { Completable } from '../homelab/suggestions.ts';
import type { Feature } from './server.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** What a client may know without calling a tool: resources, prompts, completions, subscriptions. All of it is plain handlers that load what they need when they are asked: a server is made for every request. */
export function contextFeatures(runtime: Runtime): Feature {
  return (server) => {
    resources(runtime, server);
    prompts(runtime, server);
    completions(runtime, server);
    const unsubscribe = subscriptionsOf(runtime, server);
    return [
      {
        remove() {
          unsubscribe();
          if (server.isConnected()) server.sendResourceListChanged();
        },
      },
    ];
  };
}

export const contextCapabilities = {
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: false },
  completions: {},
};

const callOf = (runtime: Runtime, { mcpReq }: ServerContext): Call => ({
  signal: mcpReq.signal,
  progress: () => undefined,
  now: runtime.now,
});

/** Errors in words, without secrets; what was asked for wrongly is told apart from what failed. */
async function spoken<T>(runtime: Runtime, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ProtocolError(
      error instanceof InputError
        ? ProtocolErrorCode.InvalidParams
        : ProtocolErrorCode.InternalError,
      errorText(runtime, error),
    );
  }
}

function resources(runtime: Runtime, { server }: McpServer): void {
  server.setRequestHandler('resources/list', async () => {
    const { listOf } = await import('../homelab/resources/list.ts');
    return { resources: await listOf(runtime) };
  });
  server.setRequestHandler('resources/templates/list', async () => {
    const { templatesOf } = await import('../homelab/resources/list.ts');
    return { resourceTemplates: [...templatesOf(runtime)] };
  });
  server.setRequestHandler('resources/read', async ({ params: { uri } }, context) => {
    const { read } = await import('../homelab/resources/read.ts');
    try {
      return {
        contents: [
          { ...(await runtime.inFlight.track(read(runtime, uri, callOf(runtime, context)))) },
        ],
      };
    } catch (error) {
      if (error instanceof InputError)
        throw Object.assign(new ResourceNotFoundError(uri), { message: errorText(runtime, error) });
      return spoken(runtime, () => Promise.reject(error as Error));
    }
  });
}

function prompts(runtime: Runtime, { server }: McpServer): void {
  server.setRequestHandler('prompts/list', async () => {
    const list = await import('../homelab/prompts/list.ts');
    return {
      prompts: list.prompts.map(({ name, title, description, arguments: args }) => ({
        name,
        title,
        description,
        arguments: [...args],
      })),
    };
  });
  server.setRequestHandler(
    'prompts/get',
    async ({ params: { name, arguments: args = {} } }, context) => {
      const { compose } = await import('../homelab/prompts/compose.ts');
      const { description, text } = await spoken(runtime, () =>
        runtime.inFlight.track(compose(runtime, name, args, callOf(runtime, context))),
      );
      return {
        description,
        messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
      };
    },
  );
}

const most = 100;

/** What each variable of a template and each argument of a prompt stands for. */
const completable: Readonly<Record<string, Readonly<Record<string, Completable>>>> = {
  'lares://guest/{id}': { id: 'guest' },
  'lares://node/{name}': { name: 'node' },
  'lares://dns/{name}': { name: 'name' },
  'lares://site/{host}': { host: 'site' },
  'lares://host/{address}': { address: 'address' },
  'lares://manual/{service}': { service: 'service' },
  'lares://docs/{+path}': { path: 'document' },
  triage_finding: { finding: 'finding' },
  safe_restart: { guest: 'guest' },
  dns_trouble: { name: 'name' },
};

function completions(runtime: Runtime, { server }: McpServer): void {
  server.setRequestHandler('completion/complete', async ({ params: { ref, argument } }) => {
    const of = completable[ref.type === 'ref/prompt' ? ref.name : ref.uri];
    const what = of && Object.hasOwn(of, argument.name) ? of[argument.name] : undefined;
    const { suggest } = await import('../homelab/suggestions.ts');
    const values = what
      ? await spoken(runtime, () => runtime.inFlight.track(suggest(runtime, what, argument.value)))
      : [];
    return {
      completion: {
        values: values.slice(0, most),
        total: values.length,
        hasMore: values.length > most,
      },
    };
  });
}
