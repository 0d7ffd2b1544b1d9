import { errorText } from '../core/call.ts';
import { table } from '../core/base/table.ts';
import { listOf, templatesOf } from '../homelab/resources/list.ts';
import { read } from '../homelab/resources/read.ts';
import { exit, inHouse, print, printJson, type Common } from './run.ts';

/** What clients read without calling a tool; with a URI, that. */
export function resources(uri: string | undefined, options: Common): Promise<number> {
  return inHouse(options, async (house, call) => {
    try {
      if (uri !== undefined) {
        const page = await read(house, uri.startsWith('lares://') ? uri : `lares://${uri}`, call);
        if (options.json) printJson(page);
        else print(page.text);
        return exit.fine;
      }
      const all = [...(await listOf(house)), ...templatesOf(house)];
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
      process.stderr.write(`lares: ${errorText(house, error)}\n`);
      return exit.unchecked;
    }
  });
}
