import type { CompleteRequest } from '@modelcontextprotocol/server';
import type { Runtime } from '../core/runtime.ts';
import type { Completable } from '../homelab/suggestions.ts';
import { protocolError, type Feature } from './feature.ts';

/** How many values one answer may hold, as the protocol has it. */
const maxValues = 100;

/** Completions of the variables of resource templates and of the arguments of prompts, from what is there now. */
export const completionFeature = (runtime: Runtime): Feature => ({
  capabilities: { completions: {} },
  register({ server }) {
    server.setRequestHandler('completion/complete', async ({ params: { ref, argument } }) => {
      const completable = await completableOf(runtime, ref, argument.name);
      const values = completable ? await suggested(runtime, completable, argument.value) : [];
      return {
        completion: {
          values: values.slice(0, maxValues),
          total: values.length,
          hasMore: values.length > maxValues,
        },
      };
    });
    return [];
  },
});

/** What a variable or an argument stands for; undefined where there is no such thing, or nothing to choose from. */
async function completableOf(
  runtime: Runtime,
  ref: CompleteRequest['params']['ref'],
  name: string,
): Promise<Completable | undefined> {
  if (ref.type === 'ref/prompt') {
    const { prompts } = await import('../homelab/prompts/list.ts');
    const prompt = prompts.find((candidate) => candidate.name === ref.name);
    return prompt?.arguments.find((argument) => argument.name === name)?.completes;
  }
  const { templatesOf } = await import('../homelab/resources/list.ts');
  const template = templatesOf(runtime).find(({ uriTemplate }) => uriTemplate === ref.uri);
  return template?.completes.variable === name ? template.completes.as : undefined;
}

async function suggested(
  runtime: Runtime,
  completable: Completable,
  typed: string,
): Promise<string[]> {
  const { suggest } = await import('../homelab/suggestions.ts');
  try {
    return await runtime.inFlight.track(suggest(runtime, completable, typed));
  } catch (error) {
    throw protocolError(runtime, error);
  }
}
