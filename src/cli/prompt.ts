import { errorText } from '../core/call.ts';
import { table } from '../core/base/table.ts';
import { compose } from '../homelab/prompts/compose.ts';
import { prompts } from '../homelab/prompts/list.ts';
import { parse, trailing } from './call.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

export const promptCommand = defineCommand({
  name: 'prompt',
  summary: 'a plan with the facts of this moment in it, for any model',
  arguments: [
    { syntax: '[name]', description: 'without: which there are' },
    { syntax: '[arguments...]', description: '--name value for each' },
  ],
  common: 'all',
  passThrough: true,
  examples: () => 'Example: lares prompt safe_restart --guest wiki',
  run: prompt,
});

/** A plan with the facts of this moment in it, for any model; without a name, which plans there are. */
function prompt(
  name: string | undefined,
  words: readonly string[],
  options: Common,
): Promise<number> {
  const common = { ...options, ...trailing(words) };
  return withRuntime(common, async (runtime, call) => {
    try {
      if (name === undefined) {
        if (common.json) printJson(prompts);
        else
          print(
            table(prompts, {
              prompt: (plan) => plan.name,
              arguments: (plan) => plan.arguments.map((argument) => `--${argument.name}`).join(' '),
              'what for': ({ description }) => description,
            }),
          );
        return exit.fine;
      }
      const known = prompts.find((plan) => plan.name === name)?.arguments ?? [];
      const properties = Object.fromEntries(
        known.map((argument) => [argument.name, { type: 'string' }]),
      );
      const composed = await compose(
        runtime,
        name,
        parse(words, { type: 'object', properties }) as Record<string, string>,
        call,
      );
      if (common.json) printJson(composed);
      else print(composed.text);
      return exit.fine;
    } catch (error) {
      process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}
