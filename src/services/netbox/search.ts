import { canonicalAddress } from '../../core/base/address.ts';
import type { Netbox, Page, Part } from './client.ts';
import type { Address, Device, Machine, Prefix, Range, Site, Vlan } from './schema/index.ts';

/** In the order in which equally good hits are shown. */
export const kinds = ['device', 'vm', 'address', 'prefix', 'range', 'vlan', 'site'] as const;
export type Kind = (typeof kinds)[number];

/** How well an object answers: its name (or address, serial, number) is what was typed, begins with it, contains it, or something else about it matched. */
export const matches = ['exact', 'starts', 'contains', 'other'] as const;
type Match = (typeof matches)[number];

/** One object of any kind. `about` says where it is and what it belongs to. */
export interface Hit {
  kind: Kind;
  id: number;
  name: string;
  status: string | undefined;
  about: string;
  match: Match;
}

/** What was typed, and which address (without mask) or MAC it is besides a text. */
export interface Terms {
  text: string;
  host: string | undefined;
  mac: string | undefined;
}

const mac = /^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$/i;

/** Reads a query as an address, a MAC or a text. */
export function parseQuery(query: string): Terms {
  const text = query.trim();
  const isMac = mac.test(text);
  return {
    text,
    host: isMac ? undefined : canonicalAddress(text.replace(/\/\d{1,3}$/, '')),
    mac: isMac ? text : undefined,
  };
}

/** The kinds that a query is about, where none is named: of a range only the ends are known, so it is asked whether it holds an address. */
export const kindsFor = ({ host }: Terms): readonly Kind[] =>
  host === undefined ? kinds.filter((kind) => kind !== 'range') : kinds;

/** NetBox has no search over all models: each is asked in its own words. */
export const searches: Readonly<
  Record<Kind, (client: Netbox, terms: Terms, part: Part) => Promise<Page<Hit>>>
> = {
  device: async (client, terms, part) =>
    hits(
      await client.devices(terms.mac ? { mac_address: terms.mac } : { q: terms.text }, part),
      (row) => device(row, terms),
    ),
  vm: async (client, terms, part) =>
    hits(
      await client.machines(terms.mac ? { mac_address: terms.mac } : { q: terms.text }, part),
      (row) => machine(row, terms),
    ),
  address: async (client, terms, part) => {
    if (!terms.host)
      return hits(await client.addresses({ q: terms.text }, part), (row) => address(row, terms));
    // `q` finds an address by its first characters: 10.0.0.5 also finds 10.0.0.50, and may find too many before the one that is meant.
    // It stands in front of the first rows only.
    const isFirst = typeof part === 'number' || part.offset === 0;
    const [same, similar] = await Promise.all([
      isFirst ? client.addresses({ address: terms.host }, part) : { rows: [], total: 0 },
      client.addresses({ q: terms.host }, part),
    ]);
    const rows = [
      ...same.rows,
      ...similar.rows.filter(
        (row) => !same.rows.some(({ id }) => id === row.id) && (isFirst || !isHost(row, terms)),
      ),
    ];
    return hits({ rows, total: Math.max(same.total, similar.total) }, (row) => address(row, terms));
  },
  prefix: async (client, terms, part) => {
    const { rows, total } = await client.prefixes(
      terms.host ? { contains: terms.text } : { q: terms.text },
      part,
    );
    return hits({ rows: rows.toSorted((a, b) => maskLength(b) - maskLength(a)), total }, (row) =>
      prefix(row, terms),
    );
  },
  range: async (client, terms, part) =>
    hits(
      await client.ranges(terms.host ? { contains: terms.host } : { q: terms.text }, part),
      (row) => range(row, terms),
    ),
  vlan: async (client, terms, part) =>
    hits(await client.vlans({ q: terms.text }, part), (row) => vlan(row, terms)),
  site: async (client, terms, part) => {
    const named = await client.sites({ q: terms.text }, part);
    // `q` does not look at slugs, which are what filters take and what people copy from there.
    if (named.total > 0 || !slugLike.test(terms.text))
      return hits(named, (row) => site(row, terms));
    return hits(await client.sites({ slug: terms.text }, part), (row) => site(row, terms));
  },
};

const slugLike = /^[a-z0-9]+(?:[-_][a-z0-9]+)+$/;

/** The best first; what matches equally well keeps the order it came in. */
export const ranked = <Row extends { match: Match }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => matches.indexOf(a.match) - matches.indexOf(b.match));

const hits = <Row>({ rows, total }: Page<Row>, hit: (row: Row) => Hit): Page<Hit> => ({
  rows: rows.map(hit),
  total,
});

function matchOf(names: readonly (string | undefined)[], { text }: Terms): Match {
  const typed = text.toLowerCase();
  const known = names.flatMap((name) => (name ? [name.toLowerCase()] : []));
  if (known.includes(typed)) return 'exact';
  if (known.some((name) => name.startsWith(typed))) return 'starts';
  return known.some((name) => name.includes(typed)) ? 'contains' : 'other';
}

const about = (...parts: readonly (string | undefined)[]): string =>
  parts.filter(Boolean).join(', ');
const labelled = (word: string, value: string | undefined): string | undefined =>
  value ? `${word} ${value}` : undefined;

const device = (row: Device, terms: Terms): Hit => ({
  kind: 'device',
  id: row.id,
  name: row.name ?? row.display,
  status: row.status,
  about: about(
    row.role?.name,
    row.model,
    row.ip4 ?? row.ip6,
    labelled('site', row.site?.name),
    labelled('rack', row.rack),
    row.description,
  ),
  match: terms.mac ? 'exact' : matchOf([row.name, row.serial, row.ip4, row.ip6], terms),
});

const machine = (row: Machine, terms: Terms): Hit => ({
  kind: 'vm',
  id: row.id,
  name: row.display,
  status: row.status,
  about: about(
    row.role?.name,
    row.ip4 ?? row.ip6,
    labelled('on', row.device),
    labelled('cluster', row.cluster),
    row.description,
  ),
  match: terms.mac ? 'exact' : matchOf([row.name, row.serial, row.ip4, row.ip6], terms),
});

const address = (row: Address, terms: Terms): Hit => ({
  kind: 'address',
  id: row.id,
  name: row.address,
  status: row.status,
  about: about(
    row.dnsName,
    labelled('of', row.owner),
    row.interface,
    row.role,
    labelled('VRF', row.vrf),
    row.description,
  ),
  match: isHost(row, terms) ? 'exact' : matchOf([row.address, row.dnsName], terms),
});

const isHost = ({ address: text }: Address, { host }: Terms): boolean =>
  host !== undefined && canonicalAddress(text.replace(/\/.*/, '')) === host;

/** A prefix that holds the address that was typed contains it in both senses. */
const prefix = (row: Prefix, terms: Terms): Hit => ({
  kind: 'prefix',
  id: row.id,
  name: row.prefix,
  status: row.status,
  about: about(
    labelled('VLAN', row.vlan),
    labelled('at', row.scope ?? row.site),
    labelled('VRF', row.vrf),
    row.description,
  ),
  match:
    terms.host && row.prefix !== terms.text
      ? 'contains'
      : matchOf([row.prefix, row.description], terms),
});

/** A range that holds the address that was typed: it may be taken without standing anywhere. */
const range = (row: Range, terms: Terms): Hit => ({
  kind: 'range',
  id: row.id,
  name: `${row.start}-${row.end}`,
  status: row.status,
  about: about('range', labelled('VRF', row.vrf), row.description),
  match: terms.host ? 'contains' : matchOf([row.start, row.end, row.description], terms),
});

const vlan = (row: Vlan, terms: Terms): Hit => ({
  kind: 'vlan',
  id: row.id,
  name: row.name,
  status: row.status,
  about: about(`VLAN ${row.vid}`, labelled('site', row.site), row.description),
  match: matchOf([row.name, String(row.vid)], terms),
});

const site = (row: Site, terms: Terms): Hit => ({
  kind: 'site',
  id: row.id,
  name: row.name,
  status: row.status,
  about: about(row.slug, row.description),
  match: matchOf([row.name, row.slug], terms),
});

const maskLength = ({ prefix: text }: Prefix): number => Number(text.split('/')[1] ?? 0);
