import { day, hour, type Clock } from './clock.ts';
import { macOf } from './network.ts';

const GiB = 2 ** 30;

/** A VM or container. Fractions are 0..1 of `cores`, sizes bytes, times ms. */
export interface Guest {
  vmid: number;
  name: string;
  type: 'qemu' | 'lxc';
  node: string;
  status: GuestStatus;
  startedAt: number | null;
  onboot: boolean;
  template: boolean;
  protection: boolean;
  tags: string[];
  pool: string | null;
  description: string;
  cores: number;
  cpuUsage: number;
  memoryBytes: number;
  memoryUsedBytes: number;
  diskBytes: number;
  diskUsedBytes: number;
  storage: string;
  /** Null for templates, which have no address. */
  ip: string | null;
  vlan: number;
  mac: string;
  /** QEMU guest agent: not enabled, answering, or enabled but silent. */
  agent: 'off' | 'answering' | 'silent';
  /** `state` is null until the HA manager has taken it on. */
  ha: { requested: 'started' | 'stopped'; state: string | null } | null;
  lock: string | null;
  backup: 'daily' | 'weekly' | 'none';
  snapshots: { name: string; description: string; at: number }[];
}

/** `stopped` or a QEMU run state (QEMU qapi/run-state.json); containers only run or are stopped. */
export type GuestStatus =
  | 'running'
  | 'stopped'
  | 'paused'
  | 'suspended'
  | 'prelaunch'
  | 'io-error'
  | 'internal-error'
  | 'guest-panicked'
  | 'shutdown';

type Row = [
  vmid: number,
  name: string,
  type: Guest['type'],
  node: string,
  cores: number,
  memoryGiB: number,
  diskGiB: number,
  tags: string,
];

// The house style of VMIDs: VLAN, then the last octet in three digits, so 30062 is 10.0.30.62. 90xxx are templates.
const running: Row[] = [
  [10002, 'dns1', 'lxc', 'pve-mini1', 1, 1, 8, 'infra;dns'],
  [10003, 'dns2', 'lxc', 'pve-mini3', 1, 1, 8, 'infra;dns'],
  [10004, 'caddy1', 'lxc', 'pve-mini1', 2, 1, 8, 'infra;proxy'],
  [10005, 'caddy2', 'lxc', 'pve-mini3', 2, 1, 8, 'infra;proxy'],
  [10020, 'netbox', 'lxc', 'pve-mini5', 2, 4, 24, 'infra'],
  [10021, 'graylog', 'qemu', 'pve-big1', 8, 16, 400, 'infra;monitoring'],
  [10022, 'semaphore', 'lxc', 'pve-mini5', 2, 2, 16, 'infra'],
  [10023, 'prometheus', 'lxc', 'pve-mini1', 4, 8, 120, 'infra;monitoring'],
  [10024, 'alertmanager', 'lxc', 'pve-mini3', 1, 1, 8, 'infra;monitoring'],
  [10025, 'grafana', 'lxc', 'pve-mini3', 2, 2, 16, 'infra;monitoring'],
  [10026, 'pbs', 'qemu', 'pve-big1', 4, 8, 32, 'infra;backup'],
  [10027, 'unifi', 'lxc', 'pve-mini1', 2, 2, 16, 'infra'],
  [10028, 'vaultwarden', 'lxc', 'pve-mini5', 1, 1, 8, 'infra;auth'],
  [10029, 'authentik', 'qemu', 'pve-mini3', 4, 4, 32, 'infra;auth'],
  [10030, 'step-ca', 'lxc', 'pve-mini1', 1, 1, 8, 'infra;auth'],
  [20010, 'jellyfin', 'lxc', 'pve-big1', 8, 8, 64, 'media'],
  [20011, 'audiobookshelf', 'lxc', 'pve-mini5', 2, 2, 16, 'media'],
  [20012, 'navidrome', 'lxc', 'pve-mini5', 1, 1, 16, 'media'],
  [20013, 'downloads', 'lxc', 'pve-mini3', 2, 4, 64, 'media'],
  [30040, 'postgres1', 'qemu', 'pve-big1', 8, 16, 200, 'apps;db'],
  [30041, 'postgres2', 'qemu', 'pve-mini1', 4, 8, 200, 'apps;db'],
  [30042, 'mariadb', 'lxc', 'pve-mini3', 2, 4, 64, 'apps;db'],
  [30043, 'redis', 'lxc', 'pve-mini5', 1, 2, 8, 'apps;db'],
  [30044, 'minio', 'qemu', 'pve-big1', 4, 8, 500, 'apps;storage'],
  [30060, 'nextcloud', 'qemu', 'pve-big1', 8, 12, 320, 'apps'],
  [30061, 'paperless', 'lxc', 'pve-mini3', 2, 4, 48, 'apps'],
  [30062, 'n8n', 'lxc', 'pve-mini5', 2, 2, 20, 'apps;automation'],
  [30063, 'forgejo', 'lxc', 'pve-mini1', 2, 2, 48, 'apps;dev'],
  [30064, 'wiki', 'lxc', 'pve-mini5', 1, 1, 12, 'apps'],
  [30065, 'miniflux', 'lxc', 'pve-mini5', 1, 1, 8, 'apps'],
  [30066, 'immich', 'qemu', 'pve-big1', 8, 16, 400, 'apps;media'],
  [30069, 'ollama', 'qemu', 'pve-big1', 16, 48, 250, 'apps'],
  [40010, 'home-assistant', 'qemu', 'pve-mini5', 4, 4, 64, 'home;automation'],
  [40011, 'mqtt', 'lxc', 'pve-mini1', 1, 1, 8, 'home'],
  [40012, 'zigbee2mqtt', 'lxc', 'pve-mini5', 1, 1, 8, 'home'],
  [40013, 'frigate', 'lxc', 'pve-big1', 8, 8, 300, 'home;media'],
  [50010, 'dev-linux', 'qemu', 'pve-big1', 16, 32, 200, 'dev'],
  [50011, 'ci-runner1', 'lxc', 'pve-mini3', 4, 4, 40, 'dev'],
];

const stopped: Row[] = [
  [50012, 'win11-test', 'qemu', 'pve-big1', 4, 8, 80, 'dev'],
  [50013, 'k3s-lab1', 'qemu', 'pve-mini1', 4, 8, 40, 'dev;lab'],
  [50014, 'k3s-lab2', 'qemu', 'pve-mini3', 4, 8, 40, 'dev;lab'],
  [50015, 'scratch', 'lxc', 'pve-mini5', 2, 2, 16, 'dev'],
  [50016, 'old-wiki', 'lxc', 'pve-mini1', 1, 1, 12, 'dev'],
  [50017, 'restore-test', 'qemu', 'pve-big1', 2, 4, 32, 'dev;backup'],
  [50018, 'gameserver', 'lxc', 'pve-mini5', 4, 8, 40, 'dev'],
];

const templates: Row[] = [
  [90001, 'tmpl-debian13', 'qemu', 'pve-big1', 2, 2, 16, 'template'],
  [90002, 'tmpl-alpine', 'lxc', 'pve-mini1', 1, 1, 4, 'template'],
];

const highlyAvailable = new Set(['authentik', 'home-assistant']);
const withoutAgent = new Set(['pbs', 'dev-linux', 'win11-test']);
const protectedNames = new Set(['pbs', 'postgres1', 'netbox', 'tmpl-debian13']);
const descriptions: Record<string, string> = {
  n8n: 'Workflow automation.',
  pbs: 'Proxmox Backup Server.',
  'old-wiki': 'Replaced by wiki, kept until the export is checked.',
  'win11-test': 'Started by hand.',
};

function guest(clock: Clock, row: Row, status: GuestStatus): Guest {
  const [vmid, name, type, node, cores, memoryGiB, diskGiB, tags] = row;
  const vlan = Math.floor(vmid / 1000);
  const template = vlan === 90;
  const live = status === 'running';
  const spread = ((vmid * 7919) % 100) / 100; // 0..1, different for every guest, the same in every run
  const isVm = type === 'qemu';
  return {
    vmid,
    name,
    type,
    node,
    status,
    onboot: live,
    template,
    protection: protectedNames.has(name),
    startedAt: live ? clock.now() - Math.round((2 + spread * 36) * day) : null,
    tags: tags.split(';'),
    pool: template ? null : (tags.split(';')[0] ?? null),
    description: descriptions[name] ?? '',
    cores,
    cpuUsage: live ? 0.01 + spread * 0.12 : 0,
    memoryBytes: memoryGiB * GiB,
    memoryUsedBytes: live ? Math.round(memoryGiB * GiB * (0.25 + spread * 0.4)) : 0,
    diskBytes: diskGiB * GiB,
    diskUsedBytes: Math.round(diskGiB * GiB * (0.2 + spread * 0.4)),
    storage: highlyAvailable.has(name) ? 'nas-vms' : 'local-zfs',
    ip: template ? null : `10.0.${vlan}.${vmid % 1000}`,
    vlan: template ? 50 : vlan,
    mac: macOf('BC:24:11', vmid),
    agent: isVm && !withoutAgent.has(name) && !template ? 'answering' : 'off',
    ha: highlyAvailable.has(name) ? { requested: 'started', state: 'started' } : null,
    lock: null,
    backup: template ? 'none' : vlan === 50 ? (live ? 'weekly' : 'none') : 'daily',
    snapshots:
      name === 'nextcloud'
        ? [
            {
              name: 'before-upgrade',
              description: 'Before the major upgrade',
              at: clock.now() - 6 * day - 3 * hour,
            },
          ]
        : [],
  };
}

/** 47 guests: 38 run, 7 are stopped on purpose, 2 are templates. */
export const createGuests = (clock: Clock): Guest[] => [
  ...running.map((row) => guest(clock, row, 'running')),
  ...[...stopped, ...templates].map((row) => guest(clock, row, 'stopped')),
];
