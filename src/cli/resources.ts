import { errorText } from '../core/call.ts';
import { table } from '../core/base/table.ts';
import { listOf, templatesOf } from '../homelab/resources/list.ts';
import { read } from '../homelab/resources/read.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

export const resourcesCommand = defineCommand({
  name: 'resources',
  summary: 'what clients read without calling a tool: health, inventory, traps, documents',
  arguments: [
    { syntax: '[uri]', description: 'read this one: lares://inventory/ips, guest/wiki, …' },
  ],
  common: 'all',
  run: resources,
});

/** What clients read without calling a tool; with a URI, that. */
function resources(uri: string | undefined, options: Common): Promise<number> {
  return withRuntime(options, async (runtime, call) => {
    try {
      if (uri !== undefined) {
        const page = await read(runtime, uri.startsWith('lares://') ? uri : `lares://${uri}`, call);
        if (options.json) printJson(page);
        else print(page.text);
        return exit.fine;
      }
      const listed = [...(await listOf(runtime)), ...templatesOf(runtime)];
      if (options.json) printJson(listed);
      else
        print(
          table(listed, {
            resource: (entry) => ('uri' in entry ? entry.uri : entry.uriTemplate),
            'what it is': ({ title, description }) =>
              [title, description].filter(Boolean).join(': '),
          }),
        );
      return exit.fine;
    } catch (error) {
      process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}
