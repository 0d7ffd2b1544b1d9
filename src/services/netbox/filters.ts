import { isInRange, parseIp, parseIpRange } from '../../core/base/ip.ts';
import { InputError, ShapeError } from '../../core/base/errors.ts';
import type { Query } from '../../core/http/index.ts';
import type { Address, Device, Machine, Range } from './schema/index.ts';
import { isAtLeast } from './version.ts';

/**
 * NetBox ignores a filter it does not know and answers with the whole table (netbox-community/netbox#19579).
 * So nothing is sent that is not listed here, or that the server is too old for, and rows that contradict what was asked are refused.
 */
interface Filter<Row> {
  /** The first release that knows it; none: all since 3.7. */
  since?: string;
  /** Whether a row fits the value that was sent. Only where the row itself can tell: a role also matches its child roles. */
  fits?(row: Row, value: string): boolean;
}
/** The filters of one model, by their names in the query. */
export type Filters<Row> = Readonly<Record<string, Filter<Row>>>;

const contains = (text: string | undefined, part: string): boolean =>
  (text ?? '').toLowerCase().includes(part.toLowerCase());

const common: Filters<Device | Machine> = {
  q: {},
  id: {},
  name: { fits: (row, value) => row.name?.toLowerCase() === value.toLowerCase() },
  name__ic: { fits: (row, value) => contains(row.name, value) },
  status: { fits: (row, value) => row.status === value },
  site: { fits: (row, value) => row.site?.slug === value },
  tag: { fits: (row, value) => row.tags.includes(value) },
  role: {},
  mac_address: {},
};

export const deviceFilters: Filters<Device> = common;

export const machineFilters: Filters<Machine> = {
  ...common,
  cluster: { fits: (row, value) => row.cluster === value },
};

export const addressFilters: Filters<Address> = {
  q: {},
  address: {},
  parent: {},
  device_id: {},
  virtual_machine_id: {},
  assigned: { fits: (row, value) => String(row.isAssigned) === value },
  dns_name__ic: { fits: (row, value) => contains(row.dnsName, value) },
  status: { fits: (row, value) => row.status === value },
  role: { fits: (row, value) => row.role === value },
  tag: { fits: (row, value) => row.tags.includes(value) },
  assigned_object_type: { since: '4.0' },
};

function isBetween(text: string, { start, end }: Range): boolean {
  const address = parseIp(text);
  const range = parseIpRange(`${start}-${end}`);
  return address !== undefined && typeof range !== 'string' && isInRange(address, range);
}

export const rangeFilters: Filters<Range> = {
  q: {},
  contains: { fits: (row, value) => isBetween(value, row) },
};

/** Whether sending these needs to know how old the server is. */
export const needsRelease = <Row>(filters: Filters<Row>, query: Query): boolean =>
  Object.keys(query).some(
    (name) => query[name] !== undefined && filters[name]?.since !== undefined,
  );

/** Refuses what this release would ignore. Throws an InputError, before anything is sent. */
export function assertKnown<Row>(
  filters: Filters<Row>,
  query: Query,
  release: string | undefined,
): void {
  for (const name of Object.keys(query)) {
    if (query[name] === undefined) continue;
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (!filter) throw new Error(`${name} is not a filter Lares knows of NetBox`);
    if (filter.since === undefined || (release !== undefined && isAtLeast(release, filter.since)))
      continue;
    throw new InputError(
      `The filter ${name} needs NetBox ${filter.since}, and this is ${release ?? 'a version it does not tell'}`,
      { hint: 'Nothing was asked: NetBox would ignore it and return everything. Leave it out.' },
    );
  }
}

/** A filter that was ignored all the same, by a proxy or a plugin, must not look like an answer. Throws a ShapeError that counts the rows that contradict it. */
export function assertFiltered<Row>(
  filters: Filters<Row>,
  query: Query,
  rows: readonly Row[],
  what: string,
): void {
  for (const [name, value] of Object.entries(query)) {
    const fits = filters[name]?.fits;
    if (!fits || value === undefined || Array.isArray(value)) continue;
    const stray = rows.filter((row) => !fits(row, String(value))).length;
    if (stray > 0)
      throw new ShapeError(
        `${what}: ${stray} of ${rows.length} rows are not ${name}=${String(value)}`,
        {
          hint: 'The filter was ignored on the way, so this is not the answer to the question. Is something between Lares and NetBox that drops query parameters?',
        },
      );
  }
}
