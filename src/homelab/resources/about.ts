import { canonicalAddress } from '../../core/base/address.ts';
import { InputError } from '../../core/base/errors.ts';
import { gapsText } from '../../core/gap.ts';
import type { Runtime } from '../../core/runtime.ts';
import type { Call } from '../../core/http/index.ts';
import type { Kind } from '../../core/inventory.ts';
import { nearest } from '../../core/base/nearest.ts';
import { lines, table } from '../../core/base/table.ts';
import { clean } from '../../core/base/text.ts';
import { readAsText } from '../read-tool.ts';
import {
  inventoryIn,
  inventoryOf,
  ofKind,
  type Entry,
  type HomelabInventory,
} from '../inventory.ts';
import { addressIn, fresh } from './inventory.ts';

const mostRelated = 40;
const mostAsked = 3;
const words: Readonly<Record<Kind, string>> = {
  guest: 'guest',
  node: 'node',
  name: 'name',
  site: 'site',
  address: 'address',
};

/** All that is known of one thing: what its service tells, and what else leads to it or is meant by it. */
export async function about(
  runtime: Runtime,
  kind: Kind,
  wanted: string,
  call: Call,
): Promise<string> {
  const seen = await inventoryOf(runtime, kind === 'address' ? 'addresses' : 'names', fresh);
  const found = kind === 'address' ? having(seen, wanted) : named(ofKind(seen, kind), wanted);
  if (found.length === 0) throw unknown(kind, wanted, seen);
  const more = await Promise.all(
    distinctCalls(found)
      .slice(0, mostAsked)
      .map(async ({ configured, tool, args }) => readAsText(runtime, configured, tool, args, call)),
  );
  const related = relatedTo(
    kind === 'guest' ? [...found, ...(await withAddresses(runtime, found))] : found,
    seen.entries,
    kind,
  );
  return lines(
    lines(...more),
    related.length > 0 &&
      `\nAlso known:\n${table(related.slice(0, mostRelated), { what: (entry) => words[entry.kind], id: ({ id }) => id, name: ({ name }) => name, state: (entry) => entry.about, 'leads to': ({ points = [] }) => points.slice(0, 4).join(', '), says: ({ configured }) => configured.service.title })}`,
    related.length > mostRelated && `${related.length - mostRelated} more not shown.`,
    gapsText(seen.gaps),
  );
}

/** A number or an exact name wins over the same in other letters, or without what nobody can see. */
export function named(entries: readonly Entry[], wanted: string): Entry[] {
  const exact = entries.filter(({ id }) => id === wanted);
  if (exact.length > 0) return exact;
  const plain = (text: string | undefined): string =>
    clean(text ?? '')
      .trim()
      .toLowerCase()
      .replace(/\.$/, '');
  return entries.filter(
    ({ id, name }) =>
      plain(id) === plain(wanted) || (name !== undefined && plain(name) === plain(wanted)),
  );
}

function having({ entries }: HomelabInventory, wanted: string): Entry[] {
  const address = canonicalAddress(wanted.trim());
  if (address === undefined) throw new InputError(`${JSON.stringify(wanted)} is not an IP address`);
  return entries.filter(({ points = [] }) => points.some((point) => addressIn(point) === address));
}

function unknown(kind: Kind, wanted: string, { entries, gaps }: HomelabInventory): InputError {
  const near = nearest(
    wanted,
    entries
      .filter((entry) => entry.kind === kind)
      .flatMap(({ id, name }) => [id, ...(name ? [name] : [])]),
  );
  const unchecked = gaps.length > 0 && `It may exist all the same. ${gapsText(gaps.slice(0, 1))}`;
  return new InputError(`No ${words[kind]} ${JSON.stringify(wanted)} is known`, {
    hint: [near && `Did you mean ${near}?`, unchecked].filter(Boolean).join(' '),
  });
}

function distinctCalls(entries: readonly Entry[]): {
  configured: Entry['configured'];
  tool: string;
  args: NonNullable<Entry['more']>['arguments'];
}[] {
  const all = entries.flatMap(({ configured, more }) =>
    more ? [{ configured, tool: more.tool, args: more.arguments }] : [],
  );
  return [...new Map(all.map((one) => [JSON.stringify([one.tool, one.args]), one])).values()];
}

/** The same guests, asked for their addresses. */
async function withAddresses(runtime: Runtime, guests: readonly Entry[]): Promise<Entry[]> {
  const each = await Promise.all(
    guests.map(async ({ configured, id }) =>
      ofKind(await inventoryIn(configured, runtime, { addressesOf: id }), 'guest').filter(
        (one) => one.id === id,
      ),
    ),
  );
  return each.flat();
}

const hostOf = (point: string): string =>
  addressIn(point) ?? point.replace(/:\d+$/, '').toLowerCase();

/** What shares an address or a name with it. Others of its own kind do only where it is itself an address: many names may lead to one proxy. */
function relatedTo(found: readonly Entry[], entries: readonly Entry[], kind: Kind): Entry[] {
  const keys = new Set(
    found.flatMap(({ id, name, points = [] }) =>
      [id, ...(name ? [name] : []), ...points].map(hostOf),
    ),
  );
  const own = new Set(
    found.map((entry) => `${entry.kind} ${entry.id} ${entry.configured.service.id}`),
  );
  return entries.filter((entry) => {
    if (kind === 'address') return found.includes(entry);
    if (entry.kind === kind || own.has(`${entry.kind} ${entry.id} ${entry.configured.service.id}`))
      return false;
    return (
      keys.has(hostOf(entry.id)) || (entry.points ?? []).some((point) => keys.has(hostOf(point)))
    );
  });
}
