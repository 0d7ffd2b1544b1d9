import { existsSync } from 'node:fs';
import { readJournal } from '../core/audit.ts';
import { InputError } from '../core/errors.ts';
import { table } from '../core/table.ts';
import { exit, inHouse, print, printJson, type Common } from './context.ts';

export function audit(action: string | undefined, options: Common & { limit: string }): Promise<number> {
  if (action !== undefined && action !== 'verify') throw new InputError(`lares audit ${action}: no such action`, { hint: 'It is `lares audit` or `lares audit verify`.' });
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new InputError(`--limit ${options.limit}: must be a number from 1`);
  return inHouse(options, async ({ journal: { file } }) => {
    if (!existsSync(file)) {
      if (options.json) printJson({ file, entries: [] });
      else print(`No write was ever attempted (${file} does not exist).`);
      return exit.fine;
    }
    const { entries, broken } = readJournal(file);
    const shown = action === 'verify' ? [] : entries.slice(-limit);
    if (options.json) printJson({ file, lines: entries.length, intact: !broken, ...(broken && { broken }), ...(action !== 'verify' && { entries: shown }) });
    else {
      if (shown.length > 0) print(table(shown, { at: ({ at }) => at, event: ({ event }) => event, tool: ({ tool }) => tool, what: (entry) => String(entry['summary'] ?? entry['reason'] ?? ''), caller: (entry) => String(entry['caller'] ?? '') }));
      print(broken ? `BROKEN at line ${broken.line} of ${file}: it ${broken.why}. What follows cannot be trusted.` : `${entries.length} lines, chain intact (${file}).`);
    }
    return broken ? exit.broken : exit.fine;
  });
}
