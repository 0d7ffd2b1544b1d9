import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from '../../../demo/certificate.ts';
import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback, type LoopbackOptions } from '../../../demo/loopback.ts';
import { isServing, type ProxyNode } from '../../../demo/world/proxy.ts';
import type { World } from '../../../demo/world/index.ts';
import { admin, type AdminOptions } from './admin.ts';
import { configOf } from './config.ts';
import { metricsOf } from './metrics.ts';
import { sitePort, type SitePort } from './sites.ts';
import { Counters, upstreamsOf } from './traffic.ts';

/** How the pair may be reached: TCP without a password, a unix socket, or the remote admin API over TLS with a client certificate. */
export type CaddyFakeOptions = Partial<
  Pick<AdminOptions, 'listener' | 'origins' | 'enforceOrigin' | 'paths'>
> & {
  /** Changes the config of one Caddy before it is answered. */
  edit?: (config: Record<string, unknown>, instance: string) => unknown;
};

/** The admin APIs and HTTPS ports of the world's Caddies. */
export async function fake(world: World, options: CaddyFakeOptions = {}): Promise<FakeService> {
  const dir = mkdtempSync(join(tmpdir(), 'fake-caddy-'));
  const clientCa = writeClientCertificate(dir);
  const nodes = await Promise.all(
    world.proxy.nodes.map(async (node) => ({
      node,
      server: await startAdmin(
        world,
        node,
        transport(options.listener ?? 'tcp', dir, node, clientCa),
        options,
      ),
      sites: await sitePort(world, node),
    })),
  );
  const env = Object.assign(
    {},
    ...nodes.map(({ node, server, sites }) => variables(node, server, sites)),
  ) as Record<string, string>;
  return {
    env:
      options.listener === 'remote'
        ? {
            ...env,
            CADDY_CLIENT_CERT_FILE: join(dir, 'client.pem'),
            CADDY_CLIENT_KEY_FILE: join(dir, 'client.key'),
          }
        : env,
    servers: nodes.map(({ server }) => server),
    close: async () => {
      await Promise.all(nodes.flatMap(({ server, sites }) => [server.close(), sites.close()]));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startAdmin(
  world: World,
  node: ProxyNode,
  transport: LoopbackOptions,
  { listener = 'tcp', edit = (config) => config, ...options }: CaddyFakeOptions,
): Promise<Loopback> {
  const counters = new Counters(world, node);
  const listen = listener === 'unix' ? 'unix//run/caddy/admin.sock' : '127.0.0.1:2019';
  const answer = admin(
    { version: world.proxy.version, listener, port: () => server.port, ...options },
    {
      config: () => edit(configOf(world, node, { listen }), node.name),
      upstreams: () =>
        shuffled(upstreamsOf(world, node)).map(({ address, fails }) => ({
          address,
          num_requests: 0,
          fails,
        })),
      metrics: () => metricsOf(world, node, counters),
    },
  );
  const server: Loopback = await loopback(
    (seen) => (isServing(world, node) ? answer(seen) : { drop: true }),
    transport,
  );
  return server;
}

function transport(
  listener: AdminOptions['listener'],
  dir: string,
  node: ProxyNode,
  clientCa: string,
): LoopbackOptions {
  if (listener === 'unix') return { socketPath: join(dir, `${node.name}.sock`) };
  return listener === 'remote' ? { tls: true, clientCa } : {};
}

/** One client certificate opens both of a pair. Returns the authority that signed it. */
function writeClientCertificate(dir: string): string {
  const { ca, issue } = authority('Administrators');
  const { cert, key } = issue('lares');
  writeFileSync(join(dir, 'client.pem'), cert);
  writeFileSync(join(dir, 'client.key'), key);
  return ca;
}

function variables({ name }: ProxyNode, server: Loopback, sites: SitePort): Record<string, string> {
  const prefix = `CADDY_${name.toUpperCase()}_`;
  return {
    [`${prefix}URL`]: server.url,
    [`${prefix}SITE_PORT`]: String(sites.port),
    ...(server.fingerprint && { [`${prefix}TLS_FINGERPRINT`]: server.fingerprint }),
  };
}

/** Its list comes in the order of a Go map. */
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item, i) => [item, (i * 7 + 3) % list.length] as const)
    .sort(([, a], [, b]) => a - b)
    .map(([item]) => item);
