import type { Runtime } from '../core/runtime.ts';
import { callOf, protocolError, type Feature } from './feature.ts';

/** Prompts: plans with the facts of the moment in them. Plain handlers, loaded when they are asked. */
export const promptFeature = (runtime: Runtime): Feature => ({
  capabilities: { prompts: { listChanged: false } },
  register({ server }) {
    server.setRequestHandler('prompts/list', async () => {
      const { prompts } = await import('../homelab/prompts/list.ts');
      return {
        prompts: prompts.map(({ name, title, description, arguments: args }) => ({
          name,
          title,
          description,
          arguments: args.map(({ completes: _, ...shown }) => shown),
        })),
      };
    });
    server.setRequestHandler('prompts/get', async ({ params }, context) => {
      const { compose } = await import('../homelab/prompts/compose.ts');
      const call = callOf(runtime, context);
      try {
        const { description, text } = await runtime.inFlight.track(
          compose(runtime, params.name, params.arguments ?? {}, call),
        );
        return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
      } catch (error) {
        throw protocolError(runtime, error);
      }
    });
    return [];
  },
});
