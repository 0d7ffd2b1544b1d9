import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { Multiline, oneLine, quoted } from '../../../core/base/text.ts';
import { duration, percent, plural } from '../../../core/base/units.ts';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { Instance, instanceLabel } from '../../../core/instances.ts';
import { read } from '../client.ts';
import { guestDetails } from '../guest-details.ts';
import { findGuest, guestTitle, Vmid } from '../lookup.ts';
import { TaskRow, taskTable } from '../task-rows.ts';
import { Bytes, rounded, Share, usage, withoutIdleFigures } from './rows.ts';

const Address = z.object({
  address: z.string(),
  interface: z.string(),
  source: z.enum(['lxc interfaces', 'guest agent', 'config', 'cloud-init config']),
});

const output = z.object({
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
  description: Multiline.optional(),
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
  gaps: Gaps,
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
    const details = await guestDetails(clusters.on(guest.instance), guest);
    return {
      ...details,
      instance: instanceLabel(clusters)(guest.instance),
      cpuShare: rounded(details.cpuShare),
    };
  },
  text: (guest) =>
    lines(
      headline(guest),
      guest.whyStopped,
      factsText(guest),
      guest.description && quoted('Description', guest.description.split('\n')),
      tasksText(guest),
      gapsText(guest.gaps),
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

function factsText(guest: Output): string {
  const { cpuShare, cores, memoryBytes, memoryTotalBytes } = withoutIdleFigures(guest);
  const share = cpuShare === undefined ? '' : `${percent(cpuShare)} of `;
  const facts: [string, string | undefined][] = [
    ['cpu', cores === undefined ? undefined : `${share}${plural(cores, 'core')}`],
    ['memory', usage(memoryBytes, memoryTotalBytes)?.replace(/^of /, '')],
    ['disk', usage(guest.diskBytes, guest.diskTotalBytes || undefined)?.replace(/^of /, '')],
    [
      'addresses',
      guest.addresses
        .map((entry) => `${entry.address} (${entry.interface}, ${entry.source})`)
        .join(', '),
    ],
    [
      'overlay addresses',
      guest.overlay.map((entry) => `${entry.address} (${entry.interface})`).join(', '),
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
    ['start at boot', yesOrNo(guest.onboot)],
    ['protection', yesOrNo(guest.protection)],
    ['pool', guest.pool],
    ['tags', guest.tags.join(', ')],
    ['OS type', guest.ostype],
    ['snapshots', guest.snapshots && snapshotsText(guest.snapshots)],
  ];
  return facts
    .flatMap(([name, value]) => (value ? [`${name}: ${oneLine(value, 1_000)}`] : []))
    .join('\n');
}

const snapshotsText = ({ count, newest, newestAt }: NonNullable<Output['snapshots']>): string =>
  count === 0 ? 'none' : `${count}, newest ${newest} of ${newestAt}`;

function yesOrNo(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? 'yes' : 'no';
}

function tasksText({ tasks, node }: Output): string {
  if (!tasks) return '';
  return tasks.length === 0 ? `No task of it is known on ${node}.` : taskTable(tasks);
}
