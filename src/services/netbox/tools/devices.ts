import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import type { Query } from '../../../core/http/index.ts';
import { Gaps, gapsText, type Gap } from '../../../core/gap.ts';
import { lines, Limit, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { permitted, read, type Page, type Reads } from '../client.ts';
import { isAtLeast } from '../filters.ts';
import type { Device, Machine } from '../schema/index.ts';
import { Given, Instance, instanceColumn, labelIn } from './rows.ts';

const Row = z.object({
  instance: Instance,
  kind: z.enum(['device', 'vm']),
  id: z.int(),
  name: z.string(),
  status: z.string().optional(),
  role: z.string().optional(),
  site: z.string().optional(),
  ip4: z.string().optional(),
  ip6: z.string().optional(),
  model: z.string().optional(),
  serial: z.string().optional(),
  rack: z.string().optional(),
  cluster: z.string().optional(),
  host: z.string().optional().describe('The device a VM runs on'),
  platform: z.string().optional(),
  vcpus: z.number().optional(),
  memoryMB: z.number().optional(),
  diskMB: z.number().optional().describe('Absent where the version, and so the unit, is not known'),
  description: z.string().optional(),
  tags: z.array(z.string()),
});
type Row = Omit<z.output<typeof Row>, 'instance'>;

const Input = z.strictObject({
  kind: z.enum(['any', 'device', 'vm']).default('any').describe('vm: containers too'),
  name: Given.describe('Part of the name'),
  status: Given.describe('e.g. active, offline, failed'),
  role: Given.describe('Slug, of a parent role too'),
  site: Given.describe('Slug'),
  cluster: Given.describe('Name; VMs only'),
  tag: Given.describe('Slug'),
  limit: Limit,
});
type Input = z.output<typeof Input>;

const common = (row: Device | Machine): Omit<Row, 'kind'> => ({
  id: row.id,
  name: row.name ?? row.display,
  status: row.status,
  role: row.role?.name,
  site: row.site?.name,
  ip4: row.ip4,
  ip6: row.ip6,
  serial: row.serial,
  cluster: row.cluster,
  platform: row.platform,
  description: row.description,
  tags: row.tags,
});
const deviceRow = (row: Device): Row => ({
  kind: 'device',
  ...common(row),
  model: row.model,
  rack: row.rack,
});
const machineRow = (row: Machine, release: string | undefined): Row => ({
  kind: 'vm',
  ...common(row),
  host: row.device,
  vcpus: row.vcpus,
  memoryMB: row.memoryMB,
  diskMB: diskMB(row.disk, release),
});

/** Gigabytes up to 4.0, megabytes from 4.1 (netbox-community/netbox, 4.1 release notes). */
const diskMB = (disk: number | undefined, release: string | undefined): number | undefined =>
  disk === undefined || release === undefined
    ? undefined
    : isAtLeast(release, '4.1')
      ? disk
      : disk * 1000;

/** Devices have no `cluster` filter: NetBox would ignore it and list them all, so only VMs are asked then. */
function asked({ kind, cluster }: Input): { devices: boolean; machines: boolean } {
  if (kind === 'device' && cluster !== undefined)
    throw new InputError('cluster is for VMs: NetBox cannot filter devices by it', {
      hint: 'Leave cluster out, or ask for kind vm. Nothing was asked.',
    });
  return { devices: kind !== 'vm' && cluster === undefined, machines: kind !== 'device' };
}

async function both(one: Reads, input: Input): Promise<Page<Row> & { refused: Gap[] }> {
  const { name, status, role, site, cluster, tag, limit } = input;
  const query: Query = { name__ic: name, status, role, site, tag };
  const { devices, machines } = asked(input);
  const answers = await permitted([
    ...(devices
      ? [
          one
            .devices(query, limit)
            .then(({ rows, total }) => ({ rows: rows.map(deviceRow), total })),
        ]
      : []),
    ...(machines
      ? [
          Promise.all([one.machines({ ...query, cluster }, limit), one.status()]).then(
            ([{ rows, total }, { version }]) => ({
              rows: rows.map((row) => machineRow(row, version)),
              total,
            }),
          ),
        ]
      : []),
  ]);
  const seen = answers.flatMap((answer) => ('seen' in answer ? [answer.seen] : []));
  return {
    rows: seen.flatMap(({ rows }) => rows),
    total: seen.reduce((sum, { total }) => sum + total, 0),
    refused: answers.flatMap((answer, i) =>
      'refused' in answer
        ? [{ what: devices && i === 0 ? 'devices' : 'VMs', why: answer.refused }]
        : [],
    ),
  };
}

export const netboxListDevices = read({
  name: 'netbox_list_devices',
  title: 'List devices and VMs',
  description: 'List devices, VMs and containers documented in NetBox.',
  example: { name: 'pve', limit: 10 },
  input: Input,
  output: z.object({ total: z.int(), machines: z.array(Row), notChecked: Gaps.optional() }),
  async run(input, netbox) {
    const labelOf = labelIn(netbox);
    const answers = await netbox.all((one) => both(one, input));
    const rows = answers.flatMap(({ instance, value }) =>
      value.rows.map((row) => ({ instance: labelOf(instance), ...row })),
    );
    const notChecked = answers.flatMap(({ value }) => value.refused);
    return {
      total: answers.reduce((sum, { value }) => sum + value.total, 0),
      machines: rows.slice(0, input.limit),
      ...(notChecked.length > 0 && { notChecked }),
    };
  },
  text: ({ total, machines, notChecked }) =>
    lines(
      total === 0
        ? 'No such device or VM in NetBox, or none the token may view.'
        : `${plural(total, 'device or VM', 'devices and VMs')}.`,
      table(machines, {
        ...instanceColumn(machines),
        kind: ({ kind }) => kind,
        name: ({ name }) => name,
        status: ({ status }) => status,
        role: ({ role }) => role,
        ip: ({ ip4, ip6 }) => [ip4, ip6].filter(Boolean).join(' '),
        'site/cluster': ({ site, cluster }) => [site, cluster].filter(Boolean).join('/'),
        on: ({ host, rack }) => host ?? rack,
        'cpu/memory/disk': ({ vcpus, memoryMB, diskMB: disk }) =>
          [vcpus, memoryMB && `${memoryMB} MB`, disk && `${disk} MB`].filter(Boolean).join(' / '),
        model: ({ model, serial, platform }) => [model, serial, platform].filter(Boolean).join(' '),
        tags: ({ tags }) => tags.join(', '),
        id: ({ id }) => id,
        description: ({ description }) => description,
      }),
      omitted(machines.length, total, 'give part of the name, a kind, a site or a tag'),
      gapsText(notChecked),
    ),
});
