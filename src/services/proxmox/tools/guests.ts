import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { rows } from '../../../core/fleet.ts';
import { nearest } from '../../../core/base/nearest.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { bytes, duration, plural } from '../../../core/base/units.ts';
import { GuestCounts, countGuests, guestCountsText } from '../guest-counts.ts';
import { read } from '../client.ts';
import type { Guest } from '../schema/resources.ts';
import {
  Bytes,
  Cluster,
  clusterColumn,
  idle,
  labelIn,
  load,
  rounded,
  Share,
  usage,
} from './rows.ts';

const states = ['running', 'stopped', 'paused', 'template', 'unknown', 'other'] as const;

const input = z.strictObject({
  status: z.enum(states).optional().describe('unknown: its node is offline'),
  node: z.string().optional().describe('Node'),
  type: z.enum(['qemu', 'lxc']).optional().describe('VMs or containers'),
  tag: z.string().optional().describe('Tag'),
  pool: z.string().optional().describe('Pool'),
  name: z.string().optional().describe('Part of the name'),
  limit: Limit,
});
type Filter = z.output<typeof input>;

const Row = z.object({
  instance: Cluster,
  vmid: z.int(),
  name: z.string().optional(),
  type: z.enum(['qemu', 'lxc']),
  node: z.string(),
  status: z.string(),
  lastStatus: z
    .string()
    .optional()
    .describe('What it did when its node, now offline, was last heard of'),
  template: z.boolean(),
  lock: z.string().optional(),
  ha: z.string().optional(),
  cpuShare: Share,
  cores: z.number().optional(),
  memoryBytes: Bytes,
  memoryTotalBytes: Bytes,
  diskTotalBytes: Bytes,
  uptimeSeconds: z.number().optional(),
  pool: z.string().optional(),
  tags: z.array(z.string()),
});

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** A template is neither running nor stopped: it is not there to run. */
const statusOf = ({ status, template }: Guest): (typeof states)[number] =>
  template ? 'template' : (states.find((one) => one === status) ?? 'other');

const matches = (guest: Guest, { status, node, type, tag, pool, name }: Filter): boolean =>
  (status === undefined || status === statusOf(guest)) &&
  (node === undefined || same(guest.node, node)) &&
  (type === undefined || guest.type === type) &&
  (pool === undefined || same(guest.pool, pool)) &&
  (tag === undefined || guest.tags.some((one) => same(one, tag))) &&
  (name === undefined || (guest.name?.toLowerCase().includes(name.toLowerCase()) ?? false));

/** A filter that nothing can match is a mistake, not an empty list. */
function known(
  what: string,
  wanted: string | undefined,
  there: Iterable<string | undefined>,
): void {
  const all = [...new Set([...there].filter((one) => one !== undefined))].sort();
  if (wanted === undefined || all.length === 0 || all.some((one) => same(one, wanted))) return;
  const near = nearest(wanted, all);
  throw new InputError(`No ${what} ${JSON.stringify(wanted)}`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${all.slice(0, 30).join(', ')}`,
  });
}

export const listGuests = read({
  name: 'list_guests',
  title: 'List guests',
  description: 'List VMs and containers with node, state, load and tags.',
  example: { status: 'running', tag: 'apps', limit: 10 },
  input,
  output: z.object({
    guests: z.array(Row),
    total: z.int().describe('Guests that match'),
    among: z.int().describe('Guests, without the filter'),
    matching: GuestCounts,
  }),
  async run(filter, clusters) {
    const labelOf = labelIn(clusters);
    const asked = await clusters.all(async (one) => one.resources());
    const all = rows(asked.map(({ instance, value }) => ({ instance, value: value.guests })));
    known(
      'node',
      filter.node,
      asked.flatMap(({ value }) => value.nodes.map(({ node }) => node)),
    );
    known(
      'pool',
      filter.pool,
      all.map(({ pool }) => pool),
    );
    known(
      'tag',
      filter.tag,
      all.flatMap(({ tags }) => tags),
    );
    const found = all.filter((guest) => matches(guest, filter));
    const { rows: shown, total } = cut(found, filter.limit);
    return {
      guests: shown.map(({ cpuShare, ...guest }) => ({
        ...guest,
        cpuShare: rounded(cpuShare),
        instance: labelOf(guest.instance),
      })),
      total,
      among: all.length,
      matching: countGuests(found),
    };
  },
  text: ({ guests, total, among, matching }) =>
    lines(
      total > 0
        ? `${guestCountsText(matching)}.`
        : among > 0
          ? `None of ${plural(among, 'guest')} matches.`
          : 'No guest is shown. If there are some, the token lacks VM.Audit: `lares doctor` shows the command.',
      table(guests.map(idle), {
        ...clusterColumn(guests),
        vmid: (row) => row.vmid,
        name: (row) => row.name,
        type: (row) => (row.type === 'qemu' ? 'VM' : 'LXC'),
        node: (row) => row.node,
        status: statusText,
        cpu: (row) => load(row.cpuShare, row.cores),
        memory: (row) => usage(row.memoryBytes, row.memoryTotalBytes),
        disk: (row) => (row.diskTotalBytes ? bytes(row.diskTotalBytes) : undefined),
        uptime: (row) =>
          row.uptimeSeconds === undefined ? undefined : duration(row.uptimeSeconds),
        pool: (row) => row.pool,
        tags: (row) => row.tags.join(', '),
      }),
      omitted(guests.length, total, 'filter by status, node, type, tag, pool or name'),
    ),
});

const statusText = ({ status, lastStatus, template, lock, ha }: z.output<typeof Row>): string =>
  [
    template ? 'template' : status,
    lastStatus && `(last known: ${lastStatus})`,
    lock && `locked: ${lock}`,
    ha && `HA ${ha}`,
  ]
    .filter(Boolean)
    .join(' ');
