import { allTools } from '../catalog.ts';
import { suggestionFor } from '../core/base/nearest.ts';
import { events, type Break, type Entry } from '../core/state/journal.ts';
import { InputError } from '../core/base/errors.ts';
import type { Runtime } from '../core/runtime.ts';
import { sleep } from '../core/base/abortable.ts';
import { mapStrings, type Json } from '../core/base/json.ts';
import { globPattern } from '../core/gate/protect.ts';
import { table } from '../core/base/table.ts';
import { clean, oneLine } from '../core/base/text.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';
import { settle, shortId } from './settle.ts';

interface AuditOptions extends Common {
  limit: string;
  tool?: string;
  event?: string;
  since?: string;
  follow?: boolean;
  done?: boolean;
  notDone?: boolean;
  why?: string;
}

export const auditCommand = defineCommand({
  name: 'audit',
  summary: 'every write that was ever attempted',
  arguments: [
    {
      syntax: '[action]',
      description:
        '`verify` checks that no line was changed, removed or moved; `settle` says what became of a write whose outcome is unknown',
    },
    { syntax: '[attempt]', description: 'for settle: which write, as service_health names it' },
  ],
  options: [
    { flags: '--limit <n>', description: 'the last n lines', fallback: '50' },
    { flags: '--tool <name>', description: 'only this tool (* stands for anything)' },
    {
      flags: '--event <event>',
      description: `only ${events.slice(0, -1).join(', ')} or ${events.at(-1)}`,
    },
    { flags: '--since <date>', description: 'only from then on' },
    { flags: '--follow', description: 'keep showing new lines' },
    { flags: '--done', description: 'settle: it was done', conflicts: 'notDone' },
    { flags: '--not-done', description: 'settle: it was not done' },
    { flags: '--why <text>', description: 'settle: how that was seen' },
  ],
  common: 'all',
  run: audit,
});

function audit(
  action: string | undefined,
  attempt: string | undefined,
  options: AuditOptions,
): Promise<number> {
  if (action === 'settle') return settle(attempt, options);
  if (action !== undefined && action !== 'verify')
    throw new InputError(`lares audit ${action}: no such action`, {
      hint: 'It is `lares audit`, `lares audit verify` or `lares audit settle`.',
    });
  const matches = filter(options);
  const limit = whole(options.limit);
  return withRuntime(options, async (runtime, { signal }) => {
    // What was left open is closed first, where that can be written; what can be read is shown in any case.
    await runtime.journal.unknown().catch(() => undefined);
    const { entries, broken } = runtime.journal.read();
    if (action === 'verify') return verify(runtime, entries, broken, options);
    refuseUnknownTool(options.tool, entries);
    const shown = entries.filter(matches).slice(-limit);
    if (options.json)
      printJson({
        file: runtime.journal.file,
        lines: entries.length,
        intact: !broken,
        ...(broken && { broken }),
        entries: shown.map(cleaned),
      });
    else
      print(
        shown.length > 0
          ? text(shown)
          : `No write ${entries.length > 0 ? 'like that ' : ''}was ever attempted (${runtime.journal.file}).`,
      );
    if (broken && !options.json) print(brokenText(broken));
    const later =
      options.follow && !broken
        ? await follow(runtime, entries.at(-1)?.seq ?? 0, matches, signal, options)
        : broken;
    return later ? exit.broken : exit.fine;
  });
}

function verify(
  runtime: Runtime,
  entries: readonly Entry[],
  broken: Break | undefined,
  { json }: Common,
): number {
  if (json)
    printJson({
      file: runtime.journal.file,
      lines: entries.length,
      intact: !broken,
      ...(broken && { broken }),
    });
  else
    print(
      broken
        ? brokenText(broken)
        : `${entries.length} lines, chain intact from the first to the head (${runtime.journal.file}).`,
    );
  return broken ? exit.broken : exit.fine;
}

const brokenText = ({ file, line, why }: Break): string =>
  `BROKEN: line ${line} of ${file} ${why}. Nothing from there on can be trusted.`;

const columns = {
  at: ({ at }: Entry) => at.replace(/\.\d+Z$/, 'Z'),
  event: ({ event }: Entry) => event,
  tool: ({ tool }: Entry) => tool,
  what: (entry: Entry) => String(entry['summary'] ?? ''),
  caller: (entry: Entry) => String(entry['caller'] ?? entry['by'] ?? ''),
  detail: (entry: Entry) =>
    [
      entry['reason'],
      entry['approvedBy'] && `approved by ${String(entry['approvedBy'])}`,
      entry.event === 'unknown' && `attempt ${entry.attempt.slice(0, shortId)}`,
    ]
      .filter(Boolean)
      .join('; '),
};
const text = (entries: readonly Entry[]): string => table(entries, columns);

/** New lines as they come, until Ctrl-C, or until the chain breaks. */
async function follow(
  { journal }: Runtime,
  from: number,
  matches: (entry: Entry) => boolean,
  signal: AbortSignal,
  { json }: Common,
): Promise<Break | undefined> {
  for (let last = from; !signal.aborted; await sleep(500, signal).catch(() => undefined)) {
    const { entries, broken } = journal.read();
    const fresh = entries.filter(({ seq }) => seq > last);
    last = fresh.at(-1)?.seq ?? last;
    for (const entry of fresh.filter(matches))
      print(
        json
          ? JSON.stringify(cleaned(entry))
          : Object.values(columns)
              .map((cell) => oneLine(cell(entry)))
              .filter(Boolean)
              .join('  '),
      );
    if (broken) {
      print(json ? JSON.stringify({ broken }) : brokenText(broken));
      return broken;
    }
  }
  return undefined;
}

/** For a terminal: JSON itself lets some control characters through. */
const cleaned = (entry: Entry): Json => mapStrings(entry, (text) => clean(text));

/** A mistyped name would be told that nothing was ever attempted. */
function refuseUnknownTool(tool: string | undefined, entries: readonly Entry[]): void {
  if (tool === undefined) return;
  const named = globPattern(tool);
  const writes = allTools.flatMap(({ name, kind }) => (kind === 'write' ? [name] : []));
  const names = [...new Set([...writes, ...entries.map((entry) => entry.tool)])];
  if (names.some((name) => named.test(name))) return;
  if (allTools.some(({ name }) => named.test(name)))
    throw new InputError(`--tool ${tool}: it only reads, and reads are not recorded`);
  throw new InputError(`--tool ${tool}: no such tool`, {
    hint: suggestionFor(tool, names),
  });
}

/** Throws an InputError for an event or a date that there is not: nothing found would sound like nothing done. */
function filter({ tool, event, since }: AuditOptions): (entry: Entry) => boolean {
  if (event !== undefined && !(events as readonly string[]).includes(event))
    throw new InputError(`--event ${event}: no such event`, {
      hint: suggestionFor(event, events),
    });
  const from = since === undefined ? 0 : Date.parse(since);
  if (Number.isNaN(from))
    throw new InputError(`--since ${since}: not a date`, {
      hint: 'Write it like 2026-11-23 or 2026-11-23T08:00:00Z.',
    });
  const named = tool === undefined ? undefined : globPattern(tool);
  return (entry) =>
    (named === undefined || named.test(entry.tool)) &&
    (event === undefined || entry.event === event) &&
    Date.parse(entry.at) >= from;
}

function whole(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1)
    throw new InputError(`--limit ${text}: must be a number from 1`);
  return limit;
}
