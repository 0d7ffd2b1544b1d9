import { call, errorText } from '../catalog.ts';
import { coloured } from './colour.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'what is this, where does it stand, what is wrong with it?',
  arguments: [
    { syntax: '<name...>', description: 'guest, number, address, MAC, URL, alert, job or ref' },
  ],
  common: 'all',
  run: explain,
});

/** Exit code 1: something is wrong with it or below it. 2: nothing is called so, several things are, or it could not be looked at. */
function explain(words: readonly string[], options: Common): Promise<number> {
  return withRuntime(options, async (runtime, caller) => {
    try {
      const { text, data } = await call(runtime, 'explain', { what: words.join(' ') }, caller);
      if (options.json) printJson(data);
      else print(coloured(text));
      if ('candidates' in data) return exit.unchecked;
      return isBroken(data['trouble']) ? exit.broken : exit.fine;
    } catch (error) {
      process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}

/** What stands on top of it may be broken for reasons of its own, and what is muted raises no alarm. */
function isBroken(trouble: unknown): boolean {
  const rows = (trouble ?? []) as { severity: string; where: string; muted?: true }[];
  return rows.some(
    ({ severity, where, muted }) => severity !== 'info' && where !== 'above' && !muted,
  );
}
