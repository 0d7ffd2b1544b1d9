import type { Base } from './base.ts';
import { hour, lastSunday, minute } from './clock.ts';
import type { Guest } from './guests.ts';

/** The pair of Pi-holes and the outside world as they see it. */
export interface PiholeWorld {
  instances: PiholeInstance[];
  /** Names of the instances that hold the VIP: one, in a healthy house. */
  vipHeldBy: string[];
  /** What the upstreams know: name → addresses. */
  internet: Record<string, string[]>;
  /** Blocked names and the list each stands on. */
  gravity: Record<string, string>;
}
/** One Pi-hole. Times ms. */
export interface PiholeInstance {
  /** Also the name of the guest it runs in. */
  name: string;
  version: string;
  /** Null: no password at all. */
  password: string | null;
  appPassword: string | null;
  appSudo: boolean;
  twoFactor: boolean;
  seats: number;
  /** Sessions of browsers and other tools. */
  seatsTaken: number;
  hosts: string[];
  cnameRecords: string[];
  /** Machines that have their address from its DHCP server: name → address. */
  leases: Record<string, string>;
  upstreams: string[];
  blocking: { on: boolean; mode: string; flipsAt: number | null };
  listsUpdatedAt: number;
  listedDomains: number;
  denied: string[];
  /** Rules of the denylist: names that match are blocked, answered as the rule says. */
  deniedPatterns: { pattern: string; reply?: 'NODATA' | 'NXDOMAIN' | 'REFUSED' }[];
  /** The database of blocklists can be opened; without it nothing is blocked. */
  gravityReadable: boolean;
  /** /etc/pihole/versions, which a minimal image lacks. */
  versionFile: boolean;
  /** Something else has port 53: FTL runs without its resolver. */
  portTaken: boolean;
  pid: number;
  messages: { id: number; at: number; type: string; plain: string }[];
  queries: { total: number; blocked: number };
  /** Questions that went upstream lately; `ago` ms. */
  forwarded: { ago: number; domain: string; upstream: string; reply: string }[];
  /** Names whose answer from upstream leads through a CNAME that a list blocks. */
  cloaked: string[];
  privacyLevel: number;
  readOnly: boolean;
  /** Configuration paths set by FTLCONF_ variables, e.g. `dns.hosts`. */
  byEnvironment: string[];
  /** Addresses beside lo, with their prefix; the VIP is added for who holds it. */
  interfaces: { name: string; address: string; prefix: number }[];
  startedAt: number;
  /** The resolver does not answer though the API does. */
  mute: boolean;
}

const blocklist = 'https://lists.example.org/hosts';
const advertisers = ['ads.example.com', 'metrics.example.com', 'tracker.example.org'];

export function createPihole(base: Base): PiholeWorld {
  return {
    instances: ['dns1', 'dns2'].map((name, i) => createInstance(base, base.guest(name), i)),
    vipHeldBy: ['dns1'],
    internet: {
      'example.com': ['192.0.2.80', '2001:db8::80'],
      'example.org': ['192.0.2.81'],
      'cdn.example.com': ['198.51.100.7'],
    },
    gravity: Object.fromEntries(advertisers.map((name) => [name, blocklist])),
  };
}

function createInstance(base: Base, { name, ip }: Guest, i: number): PiholeInstance {
  const now = base.now();
  return {
    name,
    version: 'v6.4.1',
    password: `web-password-of-${name}`,
    appPassword: `app+password/of=${name}`,
    appSudo: true,
    twoFactor: true,
    seats: 16,
    seatsTaken: 2,
    ...createRecords(base),
    leases: {},
    upstreams: ['9.9.9.9', '149.112.112.112'],
    blocking: { on: true, mode: 'NULL', flipsAt: null },
    listsUpdatedAt: lastSunday(now, 3) + i * 4 * minute,
    listedDomains: 168_431,
    denied: ['shady.example.net'],
    deniedPatterns: [],
    gravityReadable: true,
    versionFile: true,
    portTaken: false,
    pid: 6231 + i * 17,
    messages: [],
    queries: i === 0 ? { total: 84_212, blocked: 15_310 } : { total: 1_904, blocked: 212 },
    forwarded: Array.from({ length: i === 0 ? 60 : 24 }, (_, n) => ({
      ago: (n + 1) * 11_000,
      domain: `host${n % 17}.example.com`,
      upstream: n % 3 === 0 ? '149.112.112.112#53' : '9.9.9.9#53',
      reply: n % 9 === 0 ? 'NXDOMAIN' : 'IP',
    })),
    cloaked: [],
    privacyLevel: 0,
    readOnly: false,
    byEnvironment: [],
    interfaces: [{ name: 'eth0', address: ip ?? '', prefix: 24 }],
    startedAt: now - (9 + i) * 24 * hour,
    mute: false,
  };
}

/** Every machine of the house by name, second names for some, and one line that somebody commented. */
function createRecords({
  guests,
  nodes,
  network,
  fqdn,
}: Base): Pick<PiholeInstance, 'hosts' | 'cnameRecords'> {
  const machines = [...nodes, ...network.devices, ...guests.filter(({ template }) => !template)];
  const others = {
    backup: 'pbs',
    chat: 'ollama',
    cloud: 'web',
    files: 'web',
    git: 'forgejo',
    home: 'home-assistant',
    metrics: 'prometheus',
    ntp: 'gw1',
  };
  return {
    hosts: [
      ...machines.flatMap(({ name, ip }) => (ip ? [`${ip} ${fqdn(name)}`] : [])),
      `${network.vips.dns} ${fqdn('dns')}`,
      `${network.vips.web} ${fqdn('web')} # floats between caddy1 and caddy2`,
      `fd00:10::9 ${fqdn('nas1')}`,
    ],
    cnameRecords: Object.entries(others).map(([name, of]) => `${fqdn(name)},${fqdn(of)}`),
  };
}
