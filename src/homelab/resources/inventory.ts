import { canonicalAddress } from '../../core/base/address.ts';
import { gapsText } from '../../core/gap.ts';
import type { Runtime } from '../../core/runtime.ts';
import { lines, table } from '../../core/base/table.ts';
import { plural } from '../../core/base/units.ts';
import { inventoryOf, ofKind, type Entry } from '../inventory.ts';

/** Answers are at most so old, in milliseconds: several clients that read at once cost one look. */
export const fresh = 5_000;
const maxRows = 500;

/** Every guest with its state, and what is missing. */
export async function guestsPage(runtime: Runtime): Promise<string> {
  const seen = await inventoryOf(runtime, 'names', fresh);
  const guests = ofKind(seen, 'guest');
  return lines(
    guests.length === 0 ? 'No guest is known.' : `${plural(guests.length, 'guest')}.`,
    table(guests.slice(0, maxRows), {
      id: ({ id }) => id,
      name: ({ name }) => name,
      what: ({ about }) => about,
      ...serviceColumn(guests),
    }),
    guests.length > maxRows &&
      `${guests.length - maxRows} more not shown: lares://guest/NAME has each.`,
    gapsText(seen.gaps),
  );
}

interface AddressRow {
  address: string;
  /** What which service calls it. */
  names: { service: string; what: string }[];
}

/** Every address, and what each service says of it. */
export async function ipsPage(runtime: Runtime): Promise<string> {
  const seen = await inventoryOf(runtime, 'addresses', fresh);
  const rows = addressRows(seen.entries);
  const services = [
    ...new Set(
      seen.entries
        .filter(({ points }) => points?.some(addressIn))
        .map(({ configured }) => configured.service.title),
    ),
  ];
  return lines(
    rows.length === 0
      ? 'No address is known.'
      : `${plural(rows.length, 'address', 'addresses')}, and what each service says of them.`,
    table(
      rows.slice(0, maxRows),
      {
        address: ({ address }) => address,
        ...Object.fromEntries(
          services.map((title) => [
            title,
            ({ names }: AddressRow) =>
              names
                .filter(({ service }) => service === title)
                .map(({ what }) => what)
                .join(', '),
          ]),
        ),
      },
      90,
    ),
    rows.length > maxRows &&
      `${rows.length - maxRows} more not shown: lares://host/ADDRESS has each.`,
    gapsText(seen.gaps),
  );
}

function addressRows(entries: readonly Entry[]): AddressRow[] {
  const rows = new Map<string, AddressRow>();
  for (const entry of entries) {
    for (const address of new Set(
      (entry.points ?? []).flatMap((point) => addressIn(point) ?? []),
    )) {
      const row = rows.get(address) ?? { address, names: [] };
      rows.set(address, row);
      row.names.push({ service: entry.configured.service.title, what: titleOf(entry, address) });
    }
  }
  return [...rows.values()].sort((a, b) =>
    a.address.localeCompare(b.address, 'en', { numeric: true }),
  );
}

/** What an entry is called beside an address: never the address again. */
function titleOf({ kind, id, name, about }: Entry, address: string): string {
  if (kind === 'guest') return `${id} ${name ?? ''}`.trim();
  return id === address ? (name ?? about ?? 'known') : id;
}

/** The address in `10.0.20.9`, `10.0.20.9:443`, `[fd00::9]:443` or `10.0.20.9/24`; undefined where there is none, as in a name. */
export function addressIn(point: string): string | undefined {
  const bare = point.replace(/\/\d+$/, '');
  return (
    canonicalAddress(bare) ??
    canonicalAddress(/^\[(.+)\](?::\d+)?$/.exec(bare)?.[1] ?? bare.replace(/:\d+$/, ''))
  );
}

/** A column of which service says it, where that is not always the same one. */
export const serviceColumn = (
  rows: readonly Entry[],
): Record<string, (row: Entry) => string | undefined> =>
  new Set(rows.map(({ configured }) => configured)).size > 1
    ? { says: ({ configured }: Entry) => configured.service.title }
    : {};
