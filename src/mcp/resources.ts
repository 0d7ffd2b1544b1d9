import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { ConfigError, InputError } from '../core/base/errors.ts';
import { errorText } from '../core/call.ts';
import type { Runtime } from '../core/runtime.ts';
import { callOf, protocolError, type Feature } from './feature.ts';

/** Resources, their templates, and subscriptions to them: plain handlers that load what they need when they are asked, since a server may be made for every request. */
export const resourceFeature = (runtime: Runtime): Feature => ({
  capabilities: { resources: { subscribe: true, listChanged: true } },
  register(laresServer) {
    const { server } = laresServer;
    server.setRequestHandler('resources/list', async () => {
      const { listOf } = await import('../homelab/resources/list.ts');
      return { resources: await listOf(runtime) };
    });
    server.setRequestHandler('resources/templates/list', async () => {
      const { templatesOf } = await import('../homelab/resources/list.ts');
      return { resourceTemplates: templatesOf(runtime).map(({ completes: _, ...shown }) => shown) };
    });
    server.setRequestHandler('resources/read', async ({ params: { uri } }, context) => {
      const { read } = await import('../homelab/resources/read.ts');
      try {
        const page = await runtime.inFlight.track(read(runtime, uri, callOf(runtime, context)));
        return { contents: [{ ...page }] };
      } catch (error) {
        if (!isMissing(error)) throw protocolError(runtime, error);
        throw Object.assign(new ResourceNotFoundError(uri), { message: errorText(runtime, error) });
      }
    });
    laresServer.subscriptions.listenIn(runtime);
    return [
      {
        remove() {
          laresServer.subscriptions.stop();
          if (laresServer.isConnected()) laresServer.sendResourceListChanged();
        },
      },
    ];
  },
});

/** What is not configured is not there: documents without a folder are no fault of the server. */
const isMissing = (error: unknown): boolean =>
  error instanceof InputError || error instanceof ConfigError;
