import * as z from 'zod';
import { Epoch, Flag, maybe, Num, tagsOf } from './envelope.ts';

/** `GET …/status/current`. `state` is QEMU's own word (paused, io-error) where it has one. */
export const GuestStatus = z
  .object({
    status: z.string(),
    qmpstatus: maybe(z.string()),
    name: maybe(z.string()),
    uptime: maybe(Num),
    pid: maybe(Num),
    cpu: maybe(Num),
    cpus: maybe(Num),
    mem: maybe(Num),
    maxmem: maybe(Num),
    disk: maybe(Num),
    maxdisk: maybe(Num),
    lock: maybe(z.string()),
    template: Flag,
    ha: maybe(z.object({ managed: Flag, state: maybe(z.string()) })),
  })
  .transform((row) => ({
    state: row.status === 'running' ? (row.qmpstatus ?? row.status) : row.status,
    name: row.name,
    pid: row.pid,
    template: row.template,
    lock: row.lock,
    uptimeSeconds: row.uptime,
    cpuShare: row.cpu,
    cores: row.cpus,
    memoryBytes: row.mem,
    memoryTotalBytes: row.maxmem,
    diskBytes: row.disk,
    diskTotalBytes: row.maxdisk,
    ha: row.ha?.managed && row.ha.state !== 'ignored' ? (row.ha.state ?? 'managed') : undefined,
  }));
export type GuestStatus = z.output<typeof GuestStatus>;

/** A network card in the configuration. `static` are addresses in CIDR notation, `dynamic` says that others come from DHCP or the router. */
export interface Card {
  id: string;
  name: string | undefined;
  mac: string | undefined;
  bridge: string | undefined;
  vlan: number | undefined;
  static: string[];
  dynamic: boolean;
}

/** A disk or mount point. `volume` is `storage:name`, `size` as Proxmox VE spells it (`32G`). */
export interface Volume {
  id: string;
  volume: string;
  size: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** `a=1,b=2`; a leading word without `=` stands under the empty key. */
export function properties(list: unknown): Map<string, string> {
  return new Map(
    String(list)
      .split(',')
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return at < 0 ? ['', pair] : [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );
}

const numbered = (fields: Fields, pattern: RegExp): [id: string, list: Map<string, string>][] =>
  Object.entries(fields)
    .filter(([id, list]) => pattern.test(id) && list !== null)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([id, list]) => [id, properties(list)]);

const mac = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** The addresses of a VM's card stand in `ipconfigN`, those of a container's in `netN` itself. */
function cards(fields: Fields): Card[] {
  return numbered(fields, /^net\d+$/).map(([id, net]) => {
    const cloudInit = fields[id.replace('net', 'ipconfig')] ?? undefined;
    const from = cloudInit === undefined ? net : properties(cloudInit);
    const addresses = [from.get('ip'), from.get('ip6')].filter((address) => address !== undefined);
    const vlan = net.get('tag');
    return {
      id,
      name: net.get('name'),
      mac: [...net.values()].find((value) => mac.test(value)),
      bridge: net.get('bridge'),
      vlan: vlan === undefined ? undefined : Number(vlan),
      static: addresses.filter((address) => address.includes('/')),
      dynamic:
        addresses.some((address) => address === 'dhcp' || address === 'auto') ||
        (cloudInit !== undefined && addresses.length === 0),
    };
  });
}

const volumes = (fields: Fields): Volume[] =>
  numbered(fields, /^(rootfs|mp\d+|(scsi|virtio|sata|ide|efidisk|tpmstate)\d+)$/).flatMap(
    ([id, list]) => {
      const volume = list.get('') ?? list.get('file') ?? list.get('volume');
      return volume === undefined || volume === 'none' || list.get('media') === 'cdrom'
        ? []
        : [{ id, volume, size: list.get('size') }];
    },
  );

/** `GET …/config` of either kind. */
export const GuestConfig = z
  .looseObject({
    onboot: Flag,
    protection: Flag,
    template: Flag,
    lock: maybe(z.string()),
    tags: maybe(z.string()),
    description: maybe(z.string()),
    agent: maybe(z.union([z.string(), z.number()])),
    ostype: maybe(z.string()),
  })
  .transform(
    ({ onboot, protection, template, lock, tags, description, agent, ostype, ...rest }) => ({
      onboot,
      protection,
      template,
      lock,
      ostype,
      tags: tagsOf(tags),
      description: description?.trim(),
      // A property list whose first word may stand alone: `1`, `enabled=1,fstrim_cloned_disks=1`.
      agent: /(?:^|\benabled=)1(?:,|$)/.test(String(agent ?? '')),
      cards: cards(rest),
      volumes: volumes(rest),
      cloudInit: Object.entries(rest).some(
        ([key, value]) => /^ipconfig\d/.test(key) && value !== null,
      ),
    }),
  );
export type GuestConfig = z.output<typeof GuestConfig>;

/** `GET …/snapshot`; the row `current` is not one. Times ms. */
export const Snapshots = z
  .array(z.object({ name: z.string(), description: maybe(z.string()), snaptime: maybe(Epoch) }))
  .transform((rows) =>
    rows
      .flatMap(({ name, snaptime }) =>
        snaptime === undefined ? [] : [{ name, takenAt: snaptime }],
      )
      .sort((a, b) => b.takenAt - a.takenAt),
  );
