import * as z from 'zod';
import { InputError } from '../../../core/base/errors.ts';
import { nearest } from '../../../core/base/nearest.ts';
import { lines, table } from '../../../core/base/table.ts';
import { bytes, duration, plural } from '../../../core/base/units.ts';
import { rows } from '../../../core/fleet.ts';
import { Instance, instanceColumn, instanceLabel } from '../../../core/instances.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { read } from '../client.ts';
import { countGuests, GuestCounts, guestCountsText } from '../guest-counts.ts';
import type { Guest } from '../schema/resources.ts';
import { Bytes, load, rounded, Share, usage, withoutIdleFigures } from './rows.ts';

const maxNamed = 30;
const states = ['running', 'stopped', 'paused', 'template', 'unknown', 'other'] as const;

const input = z.strictObject({
  status: z.enum(states).optional().describe('unknown: its node is offline'),
  node: z.string().optional().describe('Node'),
  type: z.enum(['qemu', 'lxc']).optional().describe('VMs or containers'),
  tag: z.string().optional().describe('Tag'),
  pool: z.string().optional().describe('Pool'),
  name: z.string().optional().describe('Part of the name'),
  ...pageInput(),
});
type Filter = z.output<typeof input>;

const Row = z.object({
  instance: Instance,
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

const isSame = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** A template is neither running nor stopped: it is not there to run. */
const statusOf = ({ status, template }: Guest): (typeof states)[number] =>
  template ? 'template' : (states.find((state) => state === status) ?? 'other');

const matches = (guest: Guest, { status, node, type, tag, pool, name }: Filter): boolean =>
  (status === undefined || status === statusOf(guest)) &&
  (node === undefined || isSame(guest.node, node)) &&
  (type === undefined || guest.type === type) &&
  (pool === undefined || isSame(guest.pool, pool)) &&
  (tag === undefined || guest.tags.some((own) => isSame(own, tag))) &&
  (name === undefined || (guest.name?.toLowerCase().includes(name.toLowerCase()) ?? false));

/** A filter that nothing can match is a mistake, not an empty list. */
function requireKnown(
  what: string,
  name: string | undefined,
  known: readonly (string | undefined)[],
): void {
  const names = [...new Set(known.filter((other) => other !== undefined))].sort();
  if (name === undefined || names.length === 0 || names.some((other) => isSame(other, name)))
    return;
  const near = nearest(name, names);
  throw new InputError(`No ${what} ${JSON.stringify(name)}`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}There are: ${names.slice(0, maxNamed).join(', ')}`,
  });
}

export const listGuests = read({
  name: 'list_guests',
  title: 'List guests',
  description: 'List VMs and containers with node, state, load and tags.',
  example: { status: 'running', tag: 'apps', limit: 10 },
  input,
  rows: 'guests',
  narrow: 'filter by status, node, type, tag, pool or name',
  output: z.object({
    guests: z.array(Row),
    ...pageOutput,
    among: z.int().describe('Guests, without the filter'),
    matching: GuestCounts,
  }),
  async run(filter, clusters) {
    const labelOf = instanceLabel(clusters);
    const answers = await clusters.all(async (cluster) => cluster.resources());
    const guests = rows(answers.map(({ instance, value }) => ({ instance, value: value.guests })));
    requireKnown(
      'node',
      filter.node,
      answers.flatMap(({ value }) => value.nodes.map(({ node }) => node)),
    );
    requireKnown(
      'pool',
      filter.pool,
      guests.map(({ pool }) => pool),
    );
    requireKnown(
      'tag',
      filter.tag,
      guests.flatMap(({ tags }) => tags),
    );
    const matching = guests.filter((guest) => matches(guest, filter));
    const { rows: shown, ...pages } = page(matching, filter);
    return {
      guests: shown.map(({ cpuShare, ...guest }) => ({
        ...guest,
        cpuShare: rounded(cpuShare),
        instance: labelOf(guest.instance),
      })),
      ...pages,
      among: guests.length,
      matching: countGuests(matching),
    };
  },
  text: ({ guests, total, among, matching }) =>
    lines(
      total > 0 ? `${guestCountsText(matching)}.` : nothingShown(among),
      table(guests.map(withoutIdleFigures), {
        ...instanceColumn(guests, 'cluster'),
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
    ),
});

const nothingShown = (among: number): string =>
  among > 0
    ? `None of ${plural(among, 'guest')} matches.`
    : 'No guest is shown. If there are some, the token lacks VM.Audit: `lares doctor` shows the command.';

const statusText = ({ status, lastStatus, template, lock, ha }: z.output<typeof Row>): string =>
  [
    template ? 'template' : status,
    lastStatus && `(last known: ${lastStatus})`,
    lock && `locked: ${lock}`,
    ha && `HA ${ha}`,
  ]
    .filter(Boolean)
    .join(' ');
