import * as z from 'zod';
import { canonicalAddress } from '../../../core/base/address.ts';
import { collectGaps, Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { pageInput, pageOutput } from '../../../core/page.ts';
import type { Fleet } from '../../../core/fleet.ts';
import type { LaresError } from '../../../core/base/errors.ts';
import { lines, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import type { Query } from '../../../core/http/index.ts';
import { read, type Netbox } from '../client.ts';
import type { Source } from '../joined-pages.ts';
import { pageOver } from '../page-over.ts';
import { findOwners } from '../find-owners.ts';
import type { Address } from '../schema/index.ts';
import {
  Instance,
  instanceColumn,
  instanceLabel,
  NonEmptyFilter,
} from '../../../core/instances.ts';

const Row = z.object({
  instance: Instance,
  id: z.int(),
  address: z.string(),
  status: z.string().optional(),
  role: z.string().optional(),
  vrf: z.string().optional(),
  dnsName: z.string().optional(),
  ownerKind: z
    .string()
    .optional()
    .describe('device, vm, shared (a floating address) or what a plugin calls it'),
  owner: z.string().optional(),
  interface: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()),
});

const RangeRow = z.object({
  instance: Instance,
  start: z.string(),
  end: z.string(),
  status: z.string().optional(),
  description: z.string().optional(),
});

/** NetBox answers an empty list to what is not one, with or without its mask. */
const isAddress = (text: string): boolean => canonicalAddress(text) !== undefined || isCidr(text);
const isCidr = (text: string): boolean =>
  z.cidrv4().safeParse(text).success || z.cidrv6().safeParse(text).success;

const Input = z.strictObject({
  address: z
    .string()
    .trim()
    .refine(isAddress, 'is no IP address like 10.0.30.5')
    .optional()
    .describe('This address'),
  prefix: z
    .string()
    .trim()
    .refine(isCidr, 'is not a CIDR like 10.0.30.0/24')
    .optional()
    .describe('Inside this CIDR'),
  host: NonEmptyFilter.describe('Name of a device or VM'),
  dns_name: NonEmptyFilter.describe('Part of the DNS name'),
  status: NonEmptyFilter.describe('e.g. active, reserved, dhcp'),
  role: NonEmptyFilter.describe('e.g. vip, vrrp, anycast'),
  assigned_to: z.enum(['device', 'vm', 'nothing']).optional().describe('Whose interface has it'),
  tag: NonEmptyFilter.describe('Slug'),
  ...pageInput(),
});
type Input = z.output<typeof Input>;

const ownerTypes = { device: 'dcim.interface', vm: 'virtualization.vminterface' } as const;

const queryOf = ({ address, prefix, dns_name, status, role, assigned_to, tag }: Input): Query => ({
  address,
  parent: prefix,
  dns_name__ic: dns_name,
  status,
  role,
  tag,
  assigned: assigned_to === 'nothing' ? false : undefined,
  assigned_object_type:
    assigned_to && assigned_to !== 'nothing' ? ownerTypes[assigned_to] : undefined,
});

/** The lists of one NetBox that an answer is made of. An address belongs to a device or to a VM: two filters, and both at once would mean neither. */
async function sourcesOf(client: Netbox, input: Input): Promise<Source<Address>[]> {
  const query = queryOf(input);
  const source = (what: string, filters: Query): Source<Address> => ({
    what,
    ask: (part) => client.addresses({ ...query, ...filters }, part),
  });
  if (input.host === undefined) return [source('addresses', {})];
  const { devices, machines, gaps } = await findOwners(client, input.host);
  return [
    ...(devices.length > 0
      ? [source('addresses of devices', { device_id: devices.map(String) })]
      : []),
    ...(machines.length > 0
      ? [source('addresses of VMs', { virtual_machine_id: machines.map(String) })]
      : []),
    ...gaps.map(failing),
  ];
}

/** A list that could not even be asked for. */
const failing = ({ what, error }: { what: string; error: LaresError }): Source<Address> => ({
  what,
  ask: () => Promise.reject(error),
});

/** The ranges that hold an address which is not documented itself: a DHCP server may give it out all the same. */
async function rangesAround(
  netbox: Fleet<Netbox>,
  { address }: Input,
  total: number,
): Promise<{ ranges: z.input<typeof RangeRow>[]; gaps: Gap[] }> {
  const host = address?.replace(/\/\d+$/, '');
  if (host === undefined || total > 0) return { ranges: [], gaps: [] };
  const labelOf = instanceLabel(netbox);
  const { part, gaps } = collectGaps();
  const answers = await part('ranges', () =>
    netbox.all((client) => client.ranges({ contains: host }, 10)),
  );
  const ranges = (answers ?? []).flatMap(({ instance, value }) =>
    value.rows.map((range) => ({ instance: labelOf(instance), ...range })),
  );
  return { ranges, gaps };
}

export const netboxListIps = read({
  name: 'netbox_list_ips',
  title: 'List IP addresses',
  description: 'List IP addresses documented in NetBox and who has them.',
  example: { prefix: '10.0.30.0/24', limit: 10 },
  input: Input,
  rows: 'addresses',
  narrow: 'give a prefix, host or status',
  output: z.object({
    ...pageOutput,
    addresses: z.array(Row),
    ranges: z
      .array(RangeRow)
      .optional()
      .describe('Ranges that hold the address, where it is not documented itself'),
    gaps: Gaps.optional(),
  }),
  async run(input, netbox) {
    const {
      rows,
      gaps = [],
      ...rest
    } = await pageOver(netbox, input, (client) => sourcesOf(client, input));
    const around = await rangesAround(netbox, input, rest.total);
    const missing = [...gaps, ...around.gaps];
    return {
      ...rest,
      addresses: rows,
      ...(around.ranges.length > 0 && { ranges: around.ranges }),
      ...(missing.length > 0 && { gaps: missing }),
    };
  },
  text: ({ total, addresses: rows, ranges = [], gaps }) =>
    lines(
      total === 0
        ? 'No such address in NetBox, or none the token may view.'
        : `${plural(total, 'address', 'addresses')}.`,
      table(rows, {
        ...instanceColumn(rows),
        address: ({ address }) => address,
        status: ({ status }) => status,
        role: ({ role }) => role,
        of: ({ ownerKind, owner }) => owner && `${ownerKind} ${owner}`,
        interface: (row) => row.interface,
        'dns name': ({ dnsName }) => dnsName,
        vrf: ({ vrf }) => vrf,
        tags: ({ tags }) => tags.join(', '),
        id: ({ id }) => id,
        description: ({ description }) => description,
      }),
      ...ranges.map(
        ({ start, end, status, description }) =>
          `It lies in the range ${start} to ${end}${description ? ` (${description})` : ''}${status ? `, ${status}` : ''}: what gives those addresses out may have given it to somebody.`,
      ),
      gapsText(gaps),
    ),
});
