import * as z from 'zod';
import { Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { lines, Limit, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import type { Query } from '../../../core/http/index.ts';
import { read, type Page, type Netbox } from '../client.ts';
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

/** NetBox answers an empty list to what is not one. */
const isCidr = (text: string): boolean =>
  z.cidrv4().safeParse(text).success || z.cidrv6().safeParse(text).success;

const Input = z.strictObject({
  address: NonEmptyFilter.describe('This address'),
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
  assigned_to_interface: assigned_to === 'nothing' ? false : undefined,
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
  const pages = await Promise.all([
    ...(devices.length > 0
      ? [client.addresses({ ...query, device_id: devices.map(String) }, input.limit)]
      : []),
    ...(machines.length > 0
      ? [client.addresses({ ...query, virtual_machine_id: machines.map(String) }, input.limit)]
      : []),
  ]);
  return {
    rows: pages.flatMap(({ rows }) => rows),
    total: pages.reduce((sum, { total }) => sum + total, 0),
    gaps,
  };
}

export const netboxListIps = read({
  name: 'netbox_list_ips',
  title: 'List IP addresses',
  description: 'List IP addresses documented in NetBox and who has them.',
  example: { prefix: '10.0.30.0/24', limit: 10 },
  input: Input,
  output: z.object({ total: z.int(), addresses: z.array(Row), gaps: Gaps.optional() }),
  async run(input, netbox) {
    const labelOf = instanceLabel(netbox);
    const answers = await netbox.all((client) => listAddresses(client, input));
    const rows = answers.flatMap(({ instance, value }) =>
      value.rows.map((row) => ({ instance: labelOf(instance), ...row })),
    );
    const gaps = answers.flatMap(({ value }) => value.gaps);
    return {
      total: answers.reduce((sum, { value }) => sum + value.total, 0),
      addresses: rows.slice(0, input.limit),
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ total, addresses: rows, gaps }) =>
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
      omitted(rows.length, total, 'give a prefix, host or status'),
      gapsText(gaps),
    ),
});
