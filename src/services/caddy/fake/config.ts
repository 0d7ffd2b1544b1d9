import type { Action, ProxyNode, ProxySite } from '../../../demo/world/proxy.ts';
import type { World } from '../../../demo/world/index.ts';

type JsonObject = Record<string, unknown>;

/** The native JSON that a Caddyfile of these sites becomes, with the differences between 2.6 and 2.11 that the recordings show. */
export function configOf(world: World, node: ProxyNode, admin: JsonObject): JsonObject {
  const { version, httpMetrics, dnsToken } = world.proxy;
  const { zone } = world.network;
  const old = version === '2.6';
  const https = {
    listen: [':443'],
    logs: {
      logger_names: Object.fromEntries(node.sites.map(({ host }) => [host, old ? '' : ['']])),
    },
    ...(old && httpMetrics && { metrics: {} }),
    routes: node.sites.map((site) => routeOf(world, site)),
  };
  const provider = { name: 'cloudflare', api_token: dnsToken, zone_token: '{env.CF_ZONE_TOKEN}' };
  return {
    admin,
    apps: {
      http: {
        ...(!old && httpMetrics && { metrics: { per_host: true } }),
        servers: { srv0: https },
      },
      tls: {
        automation: {
          policies: [
            {
              subjects: [zone, `*.${zone}`, ...node.sites.map(({ host }) => host)],
              issuers: [
                { module: 'acme', email: `admin@${zone}`, challenges: { dns: { provider } } },
              ],
            },
          ],
        },
      },
    },
    logging: {
      logs: {
        access: {
          encoder: { format: 'json' },
          include: ['http.log.access'],
          writer: { filename: '/var/log/caddy/access.log', output: 'file' },
        },
        default: { exclude: ['http.log.access'] },
      },
    },
    storage: { module: 'file_system', root: '/var/lib/caddy' },
  };
}

const routeOf = (world: World, { host, action }: ProxySite): JsonObject => ({
  handle: [{ handler: 'subroute', routes: [{ handle: handlersOf(world, action) }] }],
  match: [{ host: [host] }],
  terminal: true,
});

function handlersOf(world: World, action: Action): JsonObject[] {
  if (action.kind === 'redirect')
    return [{ handler: 'static_response', headers: { Location: [action.to] }, status_code: 308 }];
  if (action.kind === 'files') {
    const providers = {
      http_basic: {
        accounts: [{ password: world.proxy.passwordHash, username: action.user }],
        hash: { algorithm: 'bcrypt' },
        hash_cache: {},
      },
    };
    return [
      { handler: 'vars', root: action.root },
      { handler: 'authentication', providers },
      { handler: 'file_server', browse: {}, hide: ['/etc/caddy/Caddyfile'] },
    ];
  }
  return [
    { handler: 'encode', encodings: { gzip: {}, zstd: {} }, prefer: ['zstd', 'gzip'] },
    proxyOf(world, action),
  ];
}

const checks: Record<Extract<Action, { kind: 'proxy' }>['checks'], JsonObject> = {
  active: { health_checks: { active: { interval: 10_000_000_000, uri: '/' } } },
  passive: { health_checks: { passive: { fail_duration: 30_000_000_000, max_fails: 3 } } },
  none: {},
};

const proxyOf = (world: World, action: Extract<Action, { kind: 'proxy' }>): JsonObject => ({
  handler: 'reverse_proxy',
  ...checks[action.checks],
  ...(action.upstreams.length > 1 && {
    load_balancing: { selection_policy: { policy: 'least_conn' } },
  }),
  ...(action.secure && { transport: { protocol: 'http', tls: { insecure_skip_verify: true } } }),
  upstreams: action.upstreams.map((upstream) => ({ dial: dialOf(world, upstream) })),
});

export const dialOf = (world: World, { guest, port }: { guest: string; port: number }): string =>
  `${world.guest(guest).ip}:${port}`;
