import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, installed, run, until, type Running } from './process.ts';

export const programs = { caddy: installed('caddy'), env: installed('env') };

/** A pair of real Caddies on two loopback addresses, and a third one that listens on a unix socket; before them one upstream that lives. */
export interface Proxies {
  /** The admin API of each, by name: `caddy1`, `caddy2`, `socket`. */
  urls: Readonly<Record<'caddy1' | 'caddy2' | 'socket', string>>;
  /** Whether it counts by host and knows its last reload (2.9 and newer). */
  recent: boolean;
  httpPort: number;
  upstream: string;
  /** Two addresses where nothing listens: one that an active check looks at, one that nobody looks at. */
  dead: string;
  unwatched: string;
  caddies: Readonly<Record<'caddy1' | 'caddy2' | 'socket', Running>>;
  /** A visitor's request to a site of caddy1; its status. */
  visit(site: string, path?: string): Promise<number>;
  /** Asks or changes an admin API directly, as an operator would. */
  admin(
    name: 'caddy1' | 'caddy2',
    path: string,
    change?: { method: string; body: unknown },
  ): Promise<string>;
  close(): Promise<void>;
}

interface Place {
  address: string;
  admin: string;
  folder: string;
  ports: Record<'http' | 'https', number>;
  upstream: string;
  dead: string;
  unwatched: string;
  recent: boolean;
}

const caddyfile = ({
  address,
  admin,
  folder,
  ports,
  upstream,
  dead,
  unwatched,
  recent,
}: Place): string => `
{
	admin ${admin}
	http_port ${ports.http}
	https_port ${ports.https}
	default_bind ${address}
	skip_install_trust
	storage file_system ${folder}/store
	${recent ? 'metrics {\n\t\tper_host\n\t}' : 'servers {\n\t\tmetrics\n\t}'}
}
http://app.lab.test:${ports.http} {
	reverse_proxy ${upstream} ${dead} {
		lb_policy first
		health_uri /
		health_interval 300ms
	}
}
http://down.lab.test:${ports.http} {
	reverse_proxy ${unwatched}
}
http://old.lab.test:${ports.http} {
	redir https://app.lab.test{uri} permanent
}
secure.lab.test {
	tls internal
	basicauth /private/* {
		family JDJhJDE0JHNlLlVoR2pQc2Zzd2h2cVF2MEhtb3VtQzZ2ZFdmbVVHdm9oYmRyaGVTdzNWZWJLcUxUazVT
	}
	handle_path /api/* {
		reverse_proxy ${upstream}
	}
	handle {
		respond "secure"
	}
}
`;

export async function startProxies(): Promise<Proxies> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-real-'));
  const ports = { http: await freePort(), https: await freePort() };
  const admins = { caddy1: await freePort(), caddy2: await freePort() };
  const dead = `127.0.0.1:${await freePort()}`;
  const unwatched = `127.0.0.1:${await freePort()}`;
  const server = http
    .createServer((request, response) => {
      response.writeHead(request.url === '/fail' ? 503 : 200).end('hi\n');
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const upstream = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const recent = isRecent();
  const start = (name: string, place: Pick<Place, 'address' | 'admin'>): Running => {
    const own = join(folder, name);
    writeFileSync(
      `${own}.caddyfile`,
      caddyfile({ ...place, folder: own, ports, upstream, dead, unwatched, recent }),
    );
    return run(programs.env ?? '', [
      `XDG_CONFIG_HOME=${own}`,
      `XDG_DATA_HOME=${own}`,
      programs.caddy ?? '',
      'run',
      '--config',
      `${own}.caddyfile`,
      '--adapter',
      'caddyfile',
    ]);
  };
  const caddy1 = start('caddy1', {
    address: '127.0.0.1',
    admin: `127.0.0.1:${admins.caddy1}`,
  });
  // Two that are started in the same hundredth of a second look like one process.
  await until(
    'caddy1 answers',
    async () => (await fetch(`http://127.0.0.1:${admins.caddy1}/config/`)).status,
    (status) => status === 200,
  );
  const caddies = {
    caddy1,
    caddy2: start('caddy2', { address: '127.0.0.2', admin: `127.0.0.1:${admins.caddy2}` }),
    socket: start('socket', { address: '127.0.0.3', admin: `unix/${folder}/admin.sock` }),
  };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(caddies).map((one) => one.stop()));
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  const proxies: Proxies = {
    urls: {
      caddy1: `http://127.0.0.1:${admins.caddy1}`,
      caddy2: `http://127.0.0.1:${admins.caddy2}`,
      socket: `unix://${folder}/admin.sock`,
    },
    recent,
    httpPort: ports.http,
    upstream,
    dead,
    unwatched,
    caddies,
    close,
    visit: async (site, path = '/') =>
      (await exchange({ host: '127.0.0.1', port: ports.http, path, headers: { host: site } }))
        .status,
    admin: async (name, path, change) =>
      (
        await exchange(
          {
            host: '127.0.0.1',
            port: admins[name],
            path,
            ...(change && {
              method: change.method,
              headers: { 'content-type': 'application/json' },
            }),
          },
          change && JSON.stringify(change.body),
        )
      ).body,
  };
  try {
    for (const name of ['caddy1', 'caddy2'] as const)
      await until(
        `${name} has noticed the dead upstream`,
        () => proxies.admin(name, '/metrics'),
        (text) => text.includes(`upstreams_healthy{upstream="${dead}"} 0`),
      );
  } catch (error) {
    await close();
    throw new Error(
      `${String(error)}\n${Object.values(caddies)
        .map((one) => one.output())
        .join('\n')}`,
    );
  }
  return proxies;
}

function isRecent(): boolean {
  const version = /(\d+)\.(\d+)/.exec(
    execFileSync(programs.caddy ?? '', ['version'], { encoding: 'utf8' }),
  );
  return Number(version?.[2]) >= 9;
}

function exchange(
  options: http.RequestOptions,
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .request({ agent: false, ...options }, async (answer) => {
        let text = '';
        for await (const chunk of answer) text += String(chunk);
        resolve({ status: answer.statusCode ?? 0, body: text });
      })
      .on('error', reject)
      .end(body);
  });
}
