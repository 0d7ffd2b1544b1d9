import * as z from 'zod';
import { InputError, LaresError, UpstreamError } from '../../../core/base/errors.ts';
import type { Query } from '../../../core/http/index.ts';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { pageInput, pageOutput } from '../../../core/page.ts';
import { lines, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { read, type Netbox, type Page, type Part } from '../client.ts';
import { pageOver } from '../page-over.ts';
import type { Source } from '../joined-pages.ts';
import type { Device, Machine } from '../schema/index.ts';
import { isAtLeast } from '../version.ts';
import { Instance, instanceColumn, NonEmptyFilter } from '../../../core/instances.ts';

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
  name: NonEmptyFilter.describe('Part of the name'),
  status: NonEmptyFilter.describe('e.g. active, offline, failed'),
  role: NonEmptyFilter.describe('Slug, of a parent role too'),
  site: NonEmptyFilter.describe('Slug'),
  cluster: NonEmptyFilter.describe('Name; VMs only'),
  tag: NonEmptyFilter.describe('Slug'),
  ...pageInput(),
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
function diskMB(disk: number | undefined, release: string | undefined): number | undefined {
  if (disk === undefined || release === undefined) return undefined;
  return isAtLeast(release, '4.1') ? disk : disk * 1000;
}

/** Devices have no `cluster` filter: NetBox would ignore it and list them all, so only VMs are asked then. */
function kindsOf({ kind, cluster }: Input): ('device' | 'vm')[] {
  if (kind === 'device' && cluster !== undefined)
    throw new InputError('cluster is for VMs: NetBox cannot filter devices by it', {
      hint: 'Leave cluster out, or ask for kind vm. Nothing was asked.',
    });
  if (kind !== 'any') return [kind];
  return cluster === undefined ? ['device', 'vm'] : ['vm'];
}

const queryOf = ({ name, status, role, site, tag }: Input): Query => ({
  name__ic: name,
  status,
  role,
  site,
  tag,
});

const kindNames = { device: 'devices', vm: 'VMs' } as const;

/** The lists of one NetBox that an answer is made of. */
function sourcesOf(client: Netbox, input: Input): Source<Row>[] {
  const query = queryOf(input);
  return kindsOf(input).map((kind) => ({
    what: kindNames[kind],
    isEmpty: isForeignStatus,
    ask: async (part) =>
      kind === 'device'
        ? mapped(await client.devices(query, part), deviceRow)
        : listMachines(client, { ...query, cluster: input.cluster }, part),
  }));
}

const mapped = <From, To>({ rows, total }: Page<From>, row: (from: From) => To): Page<To> => ({
  rows: rows.map(row),
  total,
});

async function listMachines(client: Netbox, query: Query, part: Part): Promise<Page<Row>> {
  const [page, { version }] = await Promise.all([
    client.machines(query, part),
    // Only the unit of disks needs the version.
    client.status().catch((error: unknown) => {
      if (error instanceof LaresError) return { version: undefined };
      throw error;
    }),
  ]);
  return mapped(page, (row) => machineRow(row, version));
}

/** Devices and VMs have statuses of their own (`inventory`, `paused`, FIELD_CHOICES): none of one kind has what only the other knows. */
const isForeignStatus = (error: Error): boolean =>
  error instanceof UpstreamError && error.status === 400 && / status: /.test(error.message);

export const netboxListDevices = read({
  name: 'netbox_list_devices',
  title: 'List devices and VMs',
  description: 'List devices, VMs and containers documented in NetBox.',
  example: { name: 'pve', limit: 10 },
  input: Input,
  rows: 'machines',
  narrow: 'give part of the name, a kind, a site or a tag',
  output: z.object({ ...pageOutput, machines: z.array(Row), gaps: Gaps.optional() }),
  async run(input, netbox) {
    const { rows, ...rest } = await pageOver(netbox, input, (client) => sourcesOf(client, input));
    return { ...rest, machines: rows };
  },
  text: ({ total, machines, gaps }) =>
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
      gapsText(gaps),
    ),
});
