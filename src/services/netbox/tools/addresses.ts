import * as z from 'zod';
import { canonicalAddress } from '../../../core/base/address.ts';
import { collectGaps, Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { lines, Limit, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import type { Query } from '../../../core/http/index.ts';
import { read, type Page, type Netbox } from '../client.ts';
import { findOwners } from '../find-owners.ts';
import { gapsIn, permitted } from '../permitted.ts';
import type { Address, Range } from '../schema/index.ts';
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
  limit: Limit,
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

/** An address belongs to a device or to a VM: two filters, and both at once would mean neither. */
async function listAddresses(
  client: Netbox,
  input: Input,
): Promise<Page<Address> & { gaps: Gap[] }> {
  const query = queryOf(input);
  if (input.host === undefined)
    return { ...(await client.addresses(query, input.limit)), gaps: [] };
  const { devices, machines, gaps } = await findOwners(client, input.host);
  const owned: [what: string, owner: Query][] = [
    ['addresses of devices', { device_id: devices.map(String) }],
    ['addresses of VMs', { virtual_machine_id: machines.map(String) }],
  ];
  const asked = owned.filter(([, owner]) => Object.values(owner).flat().length > 0);
  const answers = await permitted(
    asked.map(([, owner]) => client.addresses({ ...query, ...owner }, input.limit)),
  );
  const pages = answers.flatMap((answer) => ('value' in answer ? [answer.value] : []));
  return {
    rows: pages.flatMap(({ rows }) => rows),
    total: pages.reduce((sum, { total }) => sum + total, 0),
    gaps: [
      ...gaps,
      ...gapsIn(
        answers,
        asked.map(([what]) => what),
      ),
    ],
  };
}

/** The ranges that hold an address which is not documented itself: a DHCP server may give it out all the same. */
async function rangesAround(
  client: Netbox,
  { address }: Input,
  total: number,
): Promise<{ ranges: Range[]; gaps: Gap[] }> {
  const { part, gaps } = collectGaps();
  const host = address?.replace(/\/\d+$/, '');
  if (host === undefined || total > 0) return { ranges: [], gaps };
  const page = await part('ranges', () => client.ranges({ contains: host }, 10));
  return { ranges: page?.rows ?? [], gaps };
}

export const netboxListIps = read({
  name: 'netbox_list_ips',
  title: 'List IP addresses',
  description: 'List IP addresses documented in NetBox and who has them.',
  example: { prefix: '10.0.30.0/24', limit: 10 },
  input: Input,
  output: z.object({
    total: z.int(),
    addresses: z.array(Row),
    ranges: z
      .array(RangeRow)
      .optional()
      .describe('Ranges that hold the address, where it is not documented itself'),
    gaps: Gaps.optional(),
  }),
  async run(input, netbox) {
    const labelOf = instanceLabel(netbox);
    const answers = await netbox.all(async (client) => {
      const listed = await listAddresses(client, input);
      const around = await rangesAround(client, input, listed.total);
      return { ...listed, ranges: around.ranges, gaps: [...listed.gaps, ...around.gaps] };
    });
    const rows = answers.flatMap(({ instance, value }) =>
      value.rows.map((row) => ({ instance: labelOf(instance), ...row })),
    );
    const ranges = answers.flatMap(({ instance, value }) =>
      value.ranges.map((range) => ({ instance: labelOf(instance), ...range })),
    );
    const gaps = answers.flatMap(({ value }) => value.gaps);
    return {
      total: answers.reduce((sum, { value }) => sum + value.total, 0),
      addresses: rows.slice(0, input.limit),
      ...(ranges.length > 0 && { ranges }),
      ...(gaps.length > 0 && { gaps }),
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
      omitted(rows.length, total, 'give a prefix, host or status'),
      gapsText(gaps),
    ),
});
