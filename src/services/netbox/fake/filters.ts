import type { World } from '../../../demo/world/index.ts';
import { hostOf, type Row } from './serializer.ts';
import { isFrom } from './version.ts';

/** A field error of a filter set: 400 with the field's name. */
export class FieldError extends Error {
  readonly body: Record<string, string[]>;
  constructor(field: string, message: string) {
    super(message);
    this.body = { [field]: [message] };
  }
}

type Test = (row: Row, values: string[]) => boolean;
interface Filter {
  test: Test;
  since?: string;
  choices?: (rows: readonly Row[]) => Iterable<string>;
}

const at = (row: Row, ...keys: string[]): unknown =>
  keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
    row,
  );
const text = (value: unknown) => String(value ?? '').toLowerCase();
const equals =
  (...keys: string[]): Test =>
  (row, values) =>
    values.includes(String(at(row, ...keys) ?? ''));
const equalsIgnoringCase =
  (...keys: string[]): Test =>
  (row, values) =>
    values.some((value) => text(value) === text(at(row, ...keys)));
const holds =
  (...keys: string[]): Test =>
  (row, values) =>
    values.some((value) => text(at(row, ...keys)).includes(text(value)));
const anyHolds =
  (...fields: string[][]): Test =>
  (row, [value = '']) =>
    value.trim() === '' || fields.some((keys) => text(at(row, ...keys)).includes(text(value)));
/** A machine is also found by how its primary address begins. */
const machineSearch =
  (...fields: string[][]): Test =>
  (row, values) =>
    anyHolds(...fields)(row, values) ||
    String(at(row, 'primary_ip4', 'address') ?? '').startsWith(values[0] ?? '');
const oneOf =
  (...choices: string[]) =>
  () =>
    choices;
const valuesOf =
  (...keys: string[]) =>
  (rows: readonly Row[]) =>
    rows.map((row) => String(at(row, ...keys) ?? ''));
const tagsOf = (row: Row) => (row['tags'] as { slug: string }[]).map(({ slug }) => slug);

/** The whole number of an IPv4 address. */
const number = (address: string) =>
  hostOf(address)
    .split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0);
const span = (cidr: string) => 2 ** (32 - Number(cidr.split('/')[1] ?? 32));
const inside = (cidr: string, address: string) =>
  Math.floor(number(address) / span(cidr)) === Math.floor(number(cidr) / span(cidr));

const statuses = ['offline', 'active', 'planned', 'staged', 'failed', 'decommissioning'];
const shared: Record<string, Filter> = {
  id: { test: equals('id') },
  name: { test: equalsIgnoringCase('name') },
  name__ic: { test: holds('name') },
  site: { test: equals('site', 'slug'), choices: valuesOf('site', 'slug') },
  role: { test: equals('role', 'slug'), choices: valuesOf('role', 'slug') },
  tag: {
    test: (row, values) => values.every((value) => tagsOf(row).includes(value)),
    choices: (rows) => rows.flatMap(tagsOf),
  },
  platform: { test: equals('platform', 'slug'), choices: oneOf() },
};
const tag = { tag: shared['tag'] as Filter };

/** The filters of each model, in the words and with the pitfalls of netbox/*.../filtersets.py. What is not here is ignored, like any name NetBox does not know. */
export const filtersOf = (world: World): Record<string, Record<string, Filter>> => {
  const macOf =
    (list: readonly { id: number; mac: string }[]): Test =>
    (row, values) =>
      values.some((value) => {
        const digits = value.replace(/[^0-9a-f]/gi, '').toLowerCase();
        if (digits.length !== 12)
          throw new FieldError('mac_address', 'MAC address must be in EUI-48 format');
        return (
          list
            .find(({ id }) => id === row.id)
            ?.mac.replace(/:/g, '')
            .toLowerCase() === digits
        );
      });
  return {
    'dcim/devices': {
      ...shared,
      status: { test: equals('status', 'value'), choices: oneOf(...statuses, 'inventory') },
      serial: { test: equalsIgnoringCase('serial') },
      mac_address: { test: macOf(world.netbox.devices) },
      cluster_id: { test: () => false },
      q: {
        test: machineSearch(['name'], ['serial'], ['asset_tag'], ['description'], ['comments']),
      },
    },
    'virtualization/virtual-machines': {
      ...shared,
      status: { test: equals('status', 'value'), choices: oneOf(...statuses, 'paused') },
      serial: { test: equalsIgnoringCase('serial'), since: '4.1' },
      mac_address: { test: macOf(world.netbox.machines) },
      cluster: { test: equals('cluster', 'name'), choices: valuesOf('cluster', 'name') },
      device: { test: equals('device', 'name'), choices: valuesOf('device', 'name') },
      q: { test: machineSearch(['name'], ['description'], ['comments']) },
    },
    'ipam/ip-addresses': {
      ...tag,
      status: {
        test: equals('status', 'value'),
        choices: oneOf('active', 'reserved', 'deprecated', 'dhcp', 'slaac'),
      },
      role: {
        test: equals('role', 'value'),
        choices: oneOf('loopback', 'secondary', 'anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp'),
      },
      address: {
        test: (row, values) =>
          values.some((value) =>
            value.includes('/')
              ? at(row, 'address') === value
              : hostOf(String(at(row, 'address'))) === value,
          ),
      },
      parent: {
        test: (row, values) => values.some((value) => inside(value, String(at(row, 'address')))),
      },
      dns_name: { test: equalsIgnoringCase('dns_name') },
      dns_name__ic: { test: holds('dns_name') },
      family: { test: equals('family', 'value') },
      device: { test: equals('assigned_object', 'device', 'name') },
      device_id: { test: equals('assigned_object', 'device', 'id') },
      virtual_machine: { test: equals('assigned_object', 'virtual_machine', 'name') },
      virtual_machine_id: { test: equals('assigned_object', 'virtual_machine', 'id') },
      assigned_to_interface: {
        test: (row, values) =>
          values.includes(String(String(at(row, 'assigned_object_type')).endsWith('interface'))),
      },
      assigned: {
        test: (row, values) => values.includes(String(at(row, 'assigned_object') !== null)),
      },
      assigned_object_type: { test: equals('assigned_object_type'), since: '4.0' },
      q: {
        test: (row, [value = '']) =>
          value.trim() === '' ||
          holds('dns_name')(row, [value]) ||
          holds('description')(row, [value]) ||
          String(at(row, 'address')).startsWith(value),
      },
    },
    'ipam/prefixes': {
      q: { test: anyHolds(['prefix'], ['description']) },
      contains: {
        test: (row, [value = '']) =>
          inside(String(at(row, 'prefix')), value) &&
          span(String(at(row, 'prefix'))) >= span(value),
      },
    },
    'ipam/vlans': { q: { test: anyHolds(['name'], ['description'], ['vid']) } },
    'ipam/ip-ranges': {
      q: {
        test: (row, [value = '']) =>
          value.trim() === '' ||
          holds('description')(row, [value]) ||
          ['start_address', 'end_address'].some((end) => String(at(row, end)).startsWith(value)),
      },
      contains: {
        test: (row, [value = '']) =>
          number(String(at(row, 'start_address'))) <= number(value) &&
          number(value) <= number(String(at(row, 'end_address'))),
      },
    },
    'ipam/vrfs': { id: { test: equals('id') } },
    // `q` does not look at slugs.
    'dcim/sites': {
      q: { test: anyHolds(['name'], ['facility'], ['description'], ['physical_address']) },
      slug: { test: equals('slug') },
    },
  };
};

/** Applies the filters that this release knows; an unknown value of a choice is a field error, an unknown name is nothing at all. */
export function filtered(
  rows: readonly Row[],
  filters: Record<string, Filter>,
  query: URLSearchParams,
  release: string,
): Row[] {
  let left = [...rows];
  for (const name of new Set(query.keys())) {
    const filter = filters[name];
    if (!filter || (filter.since && !isFrom(release, filter.since))) continue;
    const values = query.getAll(name).filter((value) => value !== '');
    if (values.length === 0) continue;
    const choices = filter.choices && new Set(filter.choices(rows));
    const wrong = values.find((value) => choices && !choices.has(value));
    if (wrong !== undefined)
      throw new FieldError(
        name,
        `Select a valid choice. ${wrong} is not one of the available choices.`,
      );
    left = left.filter((row) => filter.test(row, values));
  }
  return left;
}
