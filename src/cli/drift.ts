import { call } from '../catalog.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';
import { coloured } from './colour.ts';

export const driftCommand = defineCommand({
  name: 'drift',
  summary: 'what do services say differently about the same thing?',
  arguments: [{ syntax: '[kinds...]', description: 'only these, such as dns or backups' }],
  common: 'all',
  run: findDrift,
});

/** Exit code 0: nothing differs. 1: something does. 2: not everything could be compared, and what was does not differ. */
function findDrift(kinds: readonly string[], options: Common): Promise<number> {
  return withRuntime(options, async (runtime, caller) => {
    const args = { limit: 200, ...(kinds.length > 0 && { kind: [...kinds] }) };
    const { text, data } = await call(runtime, 'find_drift', args, caller);
    if (options.json) printJson(data);
    else print(coloured(text));
    if (data['total'] !== 0) return exit.broken;
    return data['gaps'] === undefined &&
      data['totals'] instanceof Array &&
      data['totals'].length > 0
      ? exit.fine
      : exit.unchecked;
  });
}
