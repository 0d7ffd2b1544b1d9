import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { config } from './config.ts';
import { dnsServer, type DnsServer } from './dns-server.ts';
import { figures, search } from './figures.ts';
import { Machine } from './machine.ts';
import { body, problem } from './reply.ts';
import { Sessions } from './sessions.ts';

/** One Pi-hole of the pair, with its parts for tests to look into and break. */
export interface FakePihole {
  server: Loopback;
  dns: DnsServer;
  machine: Machine;
  sessions: Sessions;
}
export interface PiholeFake extends FakeService {
  readonly piholes: readonly FakePihole[];
  /** Every request to any of them, in order of arrival: `dns1 PUT /api/…`. */
  readonly journal: readonly string[];
}
export interface PiholeOptions {
  /** Questions that a restart of FTL leaves without answer. */
  restartPolls?: number;
  tls?: boolean;
}

/** The Pi-holes of a world, API and resolver each on real loopback ports: FTL v6.4.1 with its sessions, errors and restarts (FTL src/api, and live transcripts of it). */
export async function fake(
  world: World,
  { restartPolls = 2, tls = false }: PiholeOptions = {},
): Promise<PiholeFake> {
  const journal: string[] = [];
  const piholes = await Promise.all(
    world.pihole.instances.map(async (instance): Promise<FakePihole> => {
      const machine = new Machine(world, instance, restartPolls);
      const sessions = new Sessions(machine);
      const server = await loopback(
        (seen) => {
          journal.push(`${instance.name} ${seen.method} ${seen.path}`);
          return answer(machine, sessions, seen);
        },
        { readPosts: /^\/api\/auth$/, tls },
      );
      return { machine, sessions, server, dns: await dnsServer(machine) };
    }),
  );
  return {
    piholes,
    journal,
    servers: piholes.map(({ server }) => server),
    env: Object.assign({ PIHOLE_VIP: world.network.vips.dns }, ...piholes.map(variables)) as Record<
      string,
      string
    >,
    close: async () => {
      await Promise.all(piholes.flatMap(({ server, dns }) => [server.close(), dns.close()]));
    },
  };
}

function variables({ server, dns, machine: { instance } }: FakePihole): Record<string, string> {
  const prefix = `PIHOLE_${instance.name.toUpperCase()}_`;
  const password = instance.appPassword ?? instance.password;
  return {
    [`${prefix}URL`]: server.url,
    [`${prefix}DNS_PORT`]: String(dns.port),
    ...(password !== null && { [`${prefix}PASSWORD`]: password }),
    ...(server.fingerprint !== undefined && { [`${prefix}TLS_FINGERPRINT`]: server.fingerprint }),
  };
}

function answer(machine: Machine, sessions: Sessions, seen: Seen): Reply {
  const { method, path } = seen;
  const isChange = path.startsWith('/api/config') && method !== 'GET';
  if (!machine.answers({ isChange })) return { drop: true };
  if (path === '/api/auth' && ['GET', 'POST', 'DELETE'].includes(method))
    return sessions.handle(seen);
  if (path === '/api/info/login' && method === 'GET') return body({ dns: true, https_port: 443 });
  const session = sessions.of(seen);
  if (session === undefined)
    return path.startsWith('/api/')
      ? problem(401, 'unauthorized', 'Unauthorized')
      : {
          status: 404,
          headers: { 'content-type': 'text/html' },
          body: '<html><body>404</body></html>',
        };
  if (path === '/api/config' || path.startsWith('/api/config/'))
    return config(machine, seen, session !== 'free' && session.app && !machine.instance.appSudo);
  if (method === 'GET' && path === '/api/auth/sessions') return sessions.list(seen);
  const domain = /^\/api\/search\/([^/]+)$/.exec(path)?.[1];
  if (method === 'GET' && domain !== undefined)
    return search(machine, decodeURIComponent(domain).toLowerCase());
  const read = method === 'GET' ? figures[path] : undefined;
  return read ? read(machine, seen) : problem(404, 'not_found', 'Not found', path);
}
