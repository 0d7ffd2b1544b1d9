import { canonicalAddress } from '../../core/base/address.ts';
import { InputError } from '../../core/base/errors.ts';
import { gapsText } from '../../core/gap.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { ConfiguredService, Runtime } from '../../core/runtime.ts';
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

const maxRelated = 40;
const maxReads = 3;

/** The page of one thing: what its services answer about it, and what else leads to it or is meant by it. Throws an InputError, with the nearest name, where nothing of that kind is called so. */
export async function about(
  runtime: Runtime,
  kind: Kind,
  nameOrId: string,
  call: Call,
): Promise<string> {
  const seen = await inventoryOf(runtime, kind === 'address' ? 'addresses' : 'names', fresh);
  const matches = kind === 'address' ? having(seen, nameOrId) : named(ofKind(seen, kind), nameOrId);
  if (matches.length === 0) throw unknownThing(kind, nameOrId, seen);
  const answers = await Promise.all(
    distinctReads(matches)
      .slice(0, maxReads)
      .map(({ configured, tool, args }) => readAsText(runtime, configured, tool, args, call)),
  );
  const addresses = kind === 'guest' ? await withAddresses(runtime, matches) : [];
  const related = relatedTo([...matches, ...addresses], seen.entries, kind);
  return lines(
    lines(...answers),
    related.length > 0 && `\nAlso known:\n${table(related.slice(0, maxRelated), relatedColumns)}`,
    related.length > maxRelated && `${related.length - maxRelated} more not shown.`,
    gapsText(seen.gaps),
  );
}

const relatedColumns = {
  what: ({ kind }: Entry) => kind,
  id: ({ id }: Entry) => id,
  name: ({ name }: Entry) => name,
  state: (entry: Entry) => entry.about,
  'leads to': ({ points = [] }: Entry) => points.slice(0, 4).join(', '),
  says: ({ configured }: Entry) => configured.service.title,
};

/** The entries that a person means by a number or a name. A number or an exact name wins over the same in other letters, or without what nobody can see. */
export function named(entries: readonly Entry[], nameOrId: string): Entry[] {
  const exact = entries.filter(({ id }) => id === nameOrId);
  if (exact.length > 0) return exact;
  const plain = (text: string | undefined): string =>
    clean(text ?? '')
      .trim()
      .toLowerCase()
      .replace(/\.$/, '');
  return entries.filter(
    ({ id, name }) =>
      plain(id) === plain(nameOrId) || (name !== undefined && plain(name) === plain(nameOrId)),
  );
}

/** The entries that have an address, in whatever spelling. */
function having({ entries }: HomelabInventory, nameOrId: string): Entry[] {
  const address = canonicalAddress(nameOrId.trim());
  if (address === undefined)
    throw new InputError(`${JSON.stringify(nameOrId)} is not an IP address`);
  return entries.filter(({ points = [] }) => points.some((point) => addressIn(point) === address));
}

function unknownThing(
  kind: Kind,
  nameOrId: string,
  { entries, gaps }: HomelabInventory,
): InputError {
  const near = nearest(
    nameOrId,
    entries
      .filter((entry) => entry.kind === kind)
      .flatMap(({ id, name }) => [id, ...(name ? [name] : [])]),
  );
  const unchecked = gaps.length > 0 && `It may exist all the same. ${gapsText(gaps.slice(0, 1))}`;
  return new InputError(`No ${kind} ${JSON.stringify(nameOrId)} is known`, {
    hint: [near && `Did you mean ${near}?`, unchecked].filter(Boolean).join(' '),
  });
}

interface Read {
  configured: ConfiguredService;
  tool: string;
  args: JsonObject;
}

/** The reads that tell all about some entries, each once. */
function distinctReads(entries: readonly Entry[]): Read[] {
  const reads = new Map<string, Read>();
  for (const { configured, more } of entries)
    if (more)
      reads.set(JSON.stringify(more), { configured, tool: more.tool, args: more.arguments });
  return [...reads.values()];
}

/** The same guests, nameOrId for their addresses. */
async function withAddresses(runtime: Runtime, guests: readonly Entry[]): Promise<Entry[]> {
  const each = await Promise.all(
    guests.map(async ({ configured, id }) =>
      ofKind(await inventoryIn(configured, runtime, { addressesOf: id }), 'guest').filter(
        (entry) => entry.id === id,
      ),
    ),
  );
  return each.flat();
}

const hostOf = (point: string): string =>
  addressIn(point) ?? point.replace(/:\d+$/, '').toLowerCase();

/** What shares an address or a name with it. Others of its own kind do only where it is itself an address: many names may lead to one proxy. */
function relatedTo(matches: readonly Entry[], entries: readonly Entry[], kind: Kind): Entry[] {
  const keys = new Set(
    matches.flatMap(({ id, name, points = [] }) =>
      [id, ...(name ? [name] : []), ...points].map(hostOf),
    ),
  );
  const own = new Set(
    matches.map((entry) => `${entry.kind} ${entry.id} ${entry.configured.service.id}`),
  );
  return entries.filter((entry) => {
    if (kind === 'address') return matches.includes(entry);
    if (entry.kind === kind || own.has(`${entry.kind} ${entry.id} ${entry.configured.service.id}`))
      return false;
    return (
      keys.has(hostOf(entry.id)) || (entry.points ?? []).some((point) => keys.has(hostOf(point)))
    );
  });
}
