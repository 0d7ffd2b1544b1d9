import type { Base } from './base.ts';
import { day, minute } from './clock.ts';

/** What Caddy does for a host. `checks` is who notices that an upstream is gone: an active check, counted failures, or nobody. */
export type Action =
  | {
      kind: 'proxy';
      upstreams: { guest: string; port: number }[];
      secure: boolean;
      checks: 'active' | 'passive' | 'none';
    }
  | { kind: 'redirect'; to: string }
  | { kind: 'files'; root: string; user: string };

/** `errorShare` (0..1) of its requests get a 500 from the application itself; `pastFailures` were answered with a 502 since the config was loaded, before now. */
export interface ProxySite {
  host: string;
  action: Action;
  requestsPerSecond: number;
  errorShare: number;
  pastFailures: number;
}

/** One Caddy. Times ms. It shows `certificate` for the hosts its names cover, except for those in `withoutCertificate`. */
export interface ProxyNode {
  name: string;
  guest: string;
  running: boolean;
  startedAt: number;
  loadedAt: number;
  reloadOk: boolean;
  sites: ProxySite[];
  certificate: { names: string[]; from: number; to: number };
  withoutCertificate: string[];
  /** Hosts whose handshake is answered so late (ms) that impatient ones give up. */
  slowHandshakes: Record<string, number>;
}

/** The reverse proxies: two machines, one address that `holder` answers, so that the other one has no visitors. */
export interface ProxyWorld {
  version: '2.6' | '2.11';
  httpMetrics: boolean;
  holder: string;
  /** Guests that run while the application in them does not answer. */
  crashed: string[];
  /** What must never be shown. */
  dnsToken: string;
  passwordHash: string;
  nodes: ProxyNode[];
}

type Row = [
  guest: string,
  port: number,
  requestsPerSecond: number,
  checks: 'active' | 'none',
  secure?: 'https',
];
const rows: Row[] = [
  ['audiobookshelf', 13378, 0.2, 'active'],
  ['authentik', 9443, 1.5, 'active', 'https'],
  ['forgejo', 3000, 1, 'active'],
  ['grafana', 3000, 0.5, 'active'],
  ['graylog', 9000, 0.4, 'active'],
  ['home-assistant', 8123, 4, 'active'],
  ['immich', 2283, 5, 'active'],
  ['jellyfin', 8096, 6, 'active'],
  ['miniflux', 8080, 0.3, 'active'],
  ['n8n', 5678, 0.6, 'active'],
  ['navidrome', 4533, 0.5, 'active'],
  ['netbox', 8080, 0.3, 'active'],
  ['nextcloud', 443, 8, 'active', 'https'],
  ['paperless', 8000, 0.4, 'active'],
  ['semaphore', 3000, 0.2, 'active'],
  ['vaultwarden', 8000, 0.8, 'active'],
  ['wiki', 3000, 0, 'none'],
  ['ollama', 11434, 0, 'none'],
];

/** Whether a proxy reaches what an upstream points at. */
export const answers = (world: Base & { proxy: ProxyWorld }, guest: string): boolean =>
  world.isUp(guest) && !world.proxy.crashed.includes(guest);

/** Whether the Caddy itself runs, on a machine that does. */
export const isServing = (base: Base, { guest, running }: ProxyNode): boolean =>
  running && base.isUp(guest);

const proxied = (
  zone: string,
  [guest, port, requestsPerSecond, checks, secure]: Row,
): ProxySite => ({
  host: `${guest}.${zone}`,
  action: { kind: 'proxy', upstreams: [{ guest, port }], secure: secure === 'https', checks },
  requestsPerSecond,
  errorShare: 0,
  pastFailures: 0,
});

const createSites = ({ network: { zone } }: Base): ProxySite[] => [
  ...rows.map((row) => proxied(zone, row)),
  {
    host: `dns.${zone}`,
    action: {
      kind: 'proxy',
      upstreams: [
        { guest: 'dns1', port: 80 },
        { guest: 'dns2', port: 80 },
      ],
      secure: false,
      checks: 'passive',
    },
    requestsPerSecond: 0.2,
    errorShare: 0,
    pastFailures: 0,
  },
  {
    host: `cloud.${zone}`,
    action: { kind: 'redirect', to: `https://nextcloud.${zone}{http.request.uri}` },
    requestsPerSecond: 0.1,
    errorShare: 0,
    pastFailures: 0,
  },
  {
    host: `files.${zone}`,
    action: { kind: 'files', root: '/srv/files', user: 'family' },
    requestsPerSecond: 0.1,
    errorShare: 0,
    pastFailures: 0,
  },
];

export function createProxy(base: Base): ProxyWorld {
  const { zone } = base.network;
  const now = base.now();
  const node = (name: string, i: number): ProxyNode => ({
    name,
    guest: name,
    running: true,
    startedAt: now - 20 * day - i * 47 * minute,
    loadedAt: now - 3 * day - 7 * minute,
    reloadOk: true,
    sites: createSites(base),
    certificate: { names: [`*.${zone}`, zone], from: now - 24 * day, to: now + 66 * day },
    withoutCertificate: [],
    slowHandshakes: {},
  });
  return {
    version: '2.11',
    httpMetrics: true,
    holder: 'caddy1',
    crashed: [],
    dnsToken: 'dns-token-of-the-simulated-house',
    passwordHash: '$2a$14$W9kC0u8hQk1v3o5s7t9uuOe3Zr6Yx8bV1nM4pQ7sT0wA2cE5gH8jK',
    nodes: ['caddy1', 'caddy2'].map(node),
  };
}
