import type { Break, Entry } from '../core/audit.ts';
import { InputError } from '../core/errors.ts';
import type { House } from '../core/house.ts';
import { wildcard } from '../core/protect.ts';
import { table } from '../core/table.ts';
import { exit, inHouse, print, printJson, type Common } from './context.ts';

export interface AuditOptions extends Common {
  limit: string;
  tool?: string;
  event?: string;
  since?: string;
  follow?: boolean;
}

export function audit(action: string | undefined, options: AuditOptions): Promise<number> {
  if (action !== undefined && action !== 'verify') throw new InputError(`lares audit ${action}: no such action`, { hint: 'It is `lares audit` or `lares audit verify`.' });
  const wanted = filter(options);
  const limit = whole(options.limit);
  return inHouse(options, async (house, { signal }) => {
    await house.journal.unknown();
    const { entries, broken } = house.journal.read();
    if (action === 'verify') return verify(house, entries, broken, options);
    const shown = entries.filter(wanted).slice(-limit);
    if (options.json) printJson({ file: house.journal.file, lines: entries.length, intact: !broken, ...(broken && { broken }), entries: shown });
    else print(shown.length > 0 ? text(shown) : `No write ${entries.length > 0 ? 'like that ' : ''}was ever attempted (${house.journal.file}).`);
    if (broken && !options.json) print(brokenText(broken));
    if (options.follow) await follow(house, entries.at(-1)?.seq ?? 0, wanted, signal, options);
    return broken ? exit.broken : exit.fine;
  });
}

function verify(house: House, entries: readonly Entry[], broken: Break | undefined, { json }: Common): number {
  if (json) printJson({ file: house.journal.file, lines: entries.length, intact: !broken, ...(broken && { broken }) });
  else print(broken ? brokenText(broken) : `${entries.length} lines, chain intact from the first to the head (${house.journal.file}).`);
  return broken ? exit.broken : exit.fine;
}

const brokenText = ({ file, line, why }: Break): string => `BROKEN: line ${line} of ${file} ${why}. Nothing from there on can be trusted.`;

const columns = {
  at: ({ at }: Entry) => at.replace(/\.\d+Z$/, 'Z'),
  event: ({ event }: Entry) => event,
  tool: ({ tool }: Entry) => tool,
  what: (entry: Entry) => String(entry['summary'] ?? ''),
  caller: (entry: Entry) => String(entry['caller'] ?? entry['by'] ?? ''),
  detail: (entry: Entry) => [entry['reason'], entry['approvedBy'] && `approved by ${String(entry['approvedBy'])}`].filter(Boolean).join('; '),
};
const text = (entries: readonly Entry[]): string => table(entries, columns);

/** New lines as they come, until Ctrl-C. */
async function follow({ journal }: House, from: number, wanted: (entry: Entry) => boolean, signal: AbortSignal, { json }: Common): Promise<void> {
  for (let last = from; !signal.aborted; await new Promise((resolve) => { const timer = setTimeout(resolve, 500); signal.addEventListener('abort', () => { clearTimeout(timer); resolve(undefined); }, { once: true }); })) {
    const fresh = journal.read().entries.filter(({ seq }) => seq > last);
    last = fresh.at(-1)?.seq ?? last;
    for (const entry of fresh.filter(wanted)) print(json ? JSON.stringify(entry) : Object.values(columns).map((cell) => cell(entry)).filter(Boolean).join('  '));
  }
}

function filter({ tool, event, since }: AuditOptions): (entry: Entry) => boolean {
  const from = since === undefined ? 0 : Date.parse(since);
  if (Number.isNaN(from)) throw new InputError(`--since ${since}: not a date`, { hint: 'Write it like 2026-11-23 or 2026-11-23T08:00:00Z.' });
  const named = tool === undefined ? undefined : wildcard(tool);
  return (entry) => (named === undefined || named.test(entry.tool)) && (event === undefined || entry.event === event) && Date.parse(entry.at) >= from;
}

function whole(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new InputError(`--limit ${text}: must be a number from 1`);
  return limit;
}
