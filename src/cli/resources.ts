import { errorText } from '../core/call.ts';
import { table } from '../core/base/table.ts';
import { listOf, templatesOf } from '../homelab/resources/list.ts';
import { read } from '../homelab/resources/read.ts';
import { exit, withRuntime, print, printJson, type Common } from './run.ts';

/** What clients read without calling a tool; with a URI, that. */
export function resources(uri: string | undefined, options: Common): Promise<number> {
  return withRuntime(options, async (runtime, call) => {
    try {
      if (uri !== undefined) {
        const page = await read(runtime, uri.startsWith('lares://') ? uri : `lares://${uri}`, call);
        if (options.json) printJson(page);
        else print(page.text);
        return exit.fine;
      }
      const all = [...(await listOf(runtime)), ...templatesOf(runtime)];
      if (options.json) printJson(all);
      else
        print(
          table(all, {
            resource: (one) => ('uri' in one ? one.uri : one.uriTemplate),
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
