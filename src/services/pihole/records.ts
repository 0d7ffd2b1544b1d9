import { canonicalAddress, isIpv6 } from '../../core/base/address.ts';

/** One local DNS record. Names are lower case without the last dot, addresses in canonical spelling. */
export type DnsRecord = {
  name: string;
  type: 'A' | 'AAAA' | 'CNAME';
  /** Address or target. */
  value: string;
  /** Only CNAMEs can have one; Pi-hole answers 0 without. */
  ttlSeconds?: number | undefined;
};

/** A record and the stored line it stands in: one line may hold several names. */
export type StoredRecord = DnsRecord & { entry: string };

/** The two string arrays of Pi-hole's configuration that hold local records (FTL src/config/config.c). */
export interface Entries {
  hosts: readonly string[];
  cnameRecords: readonly string[];
}
export type ArrayName = keyof Entries;

/** The list that holds such a record. */
export const arrayOf = ({ type }: Pick<DnsRecord, 'type'>): ArrayName =>
  type === 'CNAME' ? 'cnameRecords' : 'hosts';

/** A name as it is compared: lower case, without the last dot. */
export const bareName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The type of the record that has this address. */
export const addressType = (address: string): 'A' | 'AAAA' => (isIpv6(address) ? 'AAAA' : 'A');

/** `IP NAME [NAME…] [# comment]` */
function hostRecords(entry: string): StoredRecord[] {
  const [address = '', ...names] = entry.replace(/#.*/s, '').trim().split(/\s+/);
  const value = canonicalAddress(address);
  return value === undefined
    ? []
    : names.map((name) => ({ name: bareName(name), type: addressType(value), value, entry }));
}

/** `NAME[,NAME…],TARGET[,TTL seconds]` */
function cnameRecords(entry: string): StoredRecord[] {
  const { names, target, ttlSeconds } = cnameParts(entry);
  return target === ''
    ? []
    : names.map((name) => ({
        name: bareName(name),
        type: 'CNAME',
        value: bareName(target),
        ttlSeconds,
        entry,
      }));
}

function cnameParts(entry: string): { names: string[]; target: string; ttlSeconds?: number } {
  const parts = entry.split(',').map((part) => part.trim());
  const ttl =
    parts.length > 2 && /^\d+$/.test(parts.at(-1) ?? '') ? Number(parts.pop()) : undefined;
  const target = parts.pop() ?? '';
  return { names: parts.filter(Boolean), target, ...(ttl !== undefined && { ttlSeconds: ttl }) };
}

/** Every record of an instance. */
export const recordsOf = ({ hosts, cnameRecords: cnames }: Entries): StoredRecord[] => [
  ...hosts.flatMap(hostRecords),
  ...cnames.flatMap(cnameRecords),
];

/** Lines that hold no record Lares can read. Pi-hole refuses every later change while such a line is invalid to it, too. */
export const oddEntries = ({ hosts, cnameRecords: cnames }: Entries): string[] => [
  ...hosts.filter((entry) => hostRecords(entry).length === 0),
  ...cnames.filter((entry) => cnameRecords(entry).length === 0),
];

/** Whether two records say the same; how long an answer may be kept (TTL) does not count. */
export const isSameRecord = (a: DnsRecord, b: DnsRecord): boolean =>
  a.name === b.name && a.type === b.type && a.value === b.value;

/** Equal exactly where `isSameRecord` holds. */
export const recordKey = ({ name, type, value }: DnsRecord): string =>
  [name, type, value].join(' ');

/** Records that cannot stand beside this one: a name with a CNAME has nothing else. */
export const clashesWith = <Stored extends DnsRecord>(
  record: DnsRecord,
  records: readonly Stored[],
): Stored[] =>
  records.filter(
    (stored) =>
      stored.name === record.name &&
      (record.type === 'CNAME' || stored.type === 'CNAME') &&
      !isSameRecord(stored, record),
  );

/** The line that would hold a record alone. */
export const entryFor = ({ name, type, value, ttlSeconds }: DnsRecord): string =>
  type === 'CNAME'
    ? [name, value, ...(ttlSeconds === undefined ? [] : [ttlSeconds])].join(',')
    : `${value} ${name}`;

/** A line without one of its names, comment kept; undefined when no name is left. */
export function entryWithout(entry: string, { name, type }: DnsRecord): string | undefined {
  if (type === 'CNAME') {
    const { names, target, ttlSeconds } = cnameParts(entry);
    const rest = names.filter((other) => bareName(other) !== name);
    return rest.length === 0
      ? undefined
      : [...rest, target, ...(ttlSeconds === undefined ? [] : [ttlSeconds])].join(',');
  }
  const [, body = '', comment = ''] = /^([^#]*?)\s*(#.*)?$/s.exec(entry) ?? [];
  const [address = '', ...names] = body.trim().split(/\s+/);
  const rest = names.filter((other) => bareName(other) !== name);
  return rest.length === 0
    ? undefined
    : [address, ...rest, ...(comment === '' ? [] : [comment])].join(' ');
}

/** The CNAMEs a name leads through, in order; stops at a loop. */
export function chainOf(name: string, records: readonly DnsRecord[]): DnsRecord[] {
  const chain: DnsRecord[] = [];
  for (let at: string | undefined = name; at !== undefined;) {
    const next = records.find((record) => record.type === 'CNAME' && record.name === at);
    if (!next || chain.includes(next)) break;
    chain.push(next);
    at = next.value;
  }
  return chain;
}

/** The names that lead to a name, directly or over others. */
export function aliasesOf(name: string, records: readonly DnsRecord[]): string[] {
  const aliases = new Set<string>();
  const ends = [name];
  for (const end of ends)
    for (const record of records)
      if (record.type === 'CNAME' && record.value === end && !aliases.has(record.name)) {
        aliases.add(record.name);
        ends.push(record.name);
      }
  aliases.delete(name);
  return [...aliases].sort();
}

/** `nas.lan A 10.0.0.9`, for people. */
export const recordText = ({ name, type, value, ttlSeconds }: DnsRecord): string =>
  `${name} ${type} ${value}${ttlSeconds === undefined ? '' : ` (TTL ${ttlSeconds} s)`}`;
