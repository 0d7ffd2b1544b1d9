import * as z from 'zod';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { lines } from '../../../core/base/table.ts';
import { duration, percent, plural } from '../../../core/base/units.ts';
import { oneLine, quoted } from '../../../core/base/text.ts';
import { read } from '../client.ts';
import { guestDetails } from '../guest-details.ts';
import { findGuest, guestTitle, Vmid } from '../lookup.ts';
import { TaskRow, taskTable } from '../task-rows.ts';
import { Bytes, Cluster, idle, labelIn, rounded, Share, usage } from './rows.ts';

const Address = z.object({
  address: z.string(),
  interface: z.string(),
  source: z.enum(['lxc interfaces', 'guest agent', 'config', 'cloud-init config']),
});

const output = z.object({
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
  whyStopped: z.string().optional(),
  uptimeSeconds: z.number().optional(),
  cpuShare: Share,
  cores: z.number().optional(),
  memoryBytes: Bytes,
  memoryTotalBytes: Bytes,
  diskBytes: Bytes,
  diskTotalBytes: Bytes,
  onboot: z.boolean().optional(),
  template: z.boolean(),
  protection: z.boolean().optional(),
  lock: z.string().optional(),
  ha: z.string().optional(),
  pool: z.string().optional(),
  tags: z.array(z.string()),
  description: z.string().optional(),
  ostype: z.string().optional(),
  addresses: z.array(Address).describe('Primary first'),
  overlay: z.array(Address).describe('VPN interfaces'),
  addressNote: z.string().optional(),
  agent: z
    .enum(['off', 'not asked', 'answers', 'silent', 'refused', 'unknown'])
    .optional()
    .describe('QEMU guest agent'),
  cards: z.array(
    z.object({
      id: z.string(),
      mac: z.string().optional(),
      bridge: z.string().optional(),
      vlan: z.number().optional(),
    }),
  ),
  volumes: z.array(z.object({ id: z.string(), volume: z.string(), size: z.string().optional() })),
  snapshots: z
    .object({ count: z.int(), newest: z.string().optional(), newestAt: z.string().optional() })
    .optional(),
  tasks: z
    .array(TaskRow)
    .optional()
    .describe('On its present node: running ones, then newest first'),
  notChecked: Gaps,
});
type Output = z.output<typeof output>;

export const getGuest = read({
  name: 'get_guest',
  title: 'Show one guest',
  description:
    'Show one VM or container: state, addresses, configuration, snapshots, tasks with the end of their logs, and why it stopped.',
  example: { vmid: 30062 },
  input: z.strictObject({ vmid: Vmid }),
  output,
  async run({ vmid }, clusters) {
    const guest = await findGuest(clusters, vmid);
    const found = await guestDetails(clusters.on(guest.instance), guest);
    return {
      ...found,
      instance: labelIn(clusters)(guest.instance),
      cpuShare: rounded(found.cpuShare),
    };
  },
  text: (guest) =>
    lines(
      headline(guest),
      guest.whyStopped,
      facts(guest),
      guest.description && quoted('Description', guest.description.split('\n')),
      tasksText(guest),
      gapsText(guest.notChecked),
    ),
});

const headline = (guest: Output): string =>
  [
    `${guestTitle(guest)} is ${guest.template ? 'a template' : guest.status} on ${guest.node}${guest.instance ? ` in ${guest.instance}` : ''}`,
    guest.lastStatus && `last known: ${guest.lastStatus}`,
    guest.status !== 'stopped' && guest.uptimeSeconds && `up ${duration(guest.uptimeSeconds)}`,
    guest.lock && `locked: ${guest.lock}`,
    guest.ha && `HA ${guest.ha}`,
  ]
    .filter(Boolean)
    .join(', ') + '.';

function facts(guest: Output): string {
  const { cpuShare, cores, memoryBytes, memoryTotalBytes } = idle(guest);
  const yes = (value: boolean | undefined): string | undefined =>
    value === undefined ? undefined : value ? 'yes' : 'no';
  const all: [string, string | undefined][] = [
    [
      'cpu',
      cores === undefined
        ? undefined
        : `${cpuShare === undefined ? '' : `${percent(cpuShare)} of `}${plural(cores, 'core')}`,
    ],
    ['memory', usage(memoryBytes, memoryTotalBytes)?.replace(/^of /, '')],
    ['disk', usage(guest.diskBytes, guest.diskTotalBytes || undefined)?.replace(/^of /, '')],
    [
      'addresses',
      guest.addresses.map((one) => `${one.address} (${one.interface}, ${one.source})`).join(', '),
    ],
    [
      'overlay addresses',
      guest.overlay.map((one) => `${one.address} (${one.interface})`).join(', '),
    ],
    ['address note', guest.addressNote],
    ['guest agent', guest.agent],
    [
      'network',
      guest.cards
        .map(({ id, mac, bridge, vlan }) =>
          [id, mac, bridge, vlan !== undefined && `VLAN ${vlan}`].filter(Boolean).join(' '),
        )
        .join(', '),
    ],
    [
      'volumes',
      guest.volumes
        .map(({ id, volume, size }) => `${id} ${volume}${size ? ` (${size})` : ''}`)
        .join(', '),
    ],
    ['start at boot', yes(guest.onboot)],
    ['protection', yes(guest.protection)],
    ['pool', guest.pool],
    ['tags', guest.tags.join(', ')],
    ['OS type', guest.ostype],
    [
      'snapshots',
      guest.snapshots &&
        (guest.snapshots.count === 0
          ? 'none'
          : `${guest.snapshots.count}, newest ${guest.snapshots.newest} of ${guest.snapshots.newestAt}`),
    ],
  ];
  return all
    .flatMap(([name, value]) => (value ? [`${name}: ${oneLine(value, 1_000)}`] : []))
    .join('\n');
}

function tasksText({ tasks, node }: Output): string {
  if (!tasks) return '';
  return tasks.length === 0
    ? `No task of it is known on ${node} (a token without Sys.Audit there is shown only its own).`
    : taskTable(tasks);
}
