import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld } from '../../src/demo/world/index.ts';
import { startDemo, type Demo } from '../../src/demo/start.ts';
import { createRuntime } from '../../src/core/runtime.ts';
import { TokenFile } from '../../src/mcp/http/auth/tokens.ts';
import { serveHttp, type HttpServer } from '../../src/mcp/http/index.ts';
import { services } from '../../src/services/index.ts';
import { caller, eras } from '../harness.ts';
import { connectTo, initialize, post } from '../http/http-lab.ts';
import { freePort, installed, lacks, until } from './process.ts';

const caddy = installed('caddy');
const caddyfile = fileURLToPath(new URL('../../deploy/Caddyfile', import.meta.url));
const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Client → real Caddy with the shipped Caddyfile → Lares → fakes of two services. */
async function behindCaddy(): Promise<{
  site: string;
  token: string;
  env: Record<string, string>;
  server: HttpServer;
  demo: Demo;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const demo = await startDemo({ world: createWorld(), only: ['proxmox', 'pihole'] });
  ends.push(() => demo.close());
  const [port, admin] = [await freePort(), await freePort()];
  const site = `http://localhost:${port}`;
  const env: Record<string, string> = {
    ...demo.env,
    LARES_STATE_DIR: folder,
    LARES_LOG_LEVEL: 'silent',
    LARES_PUBLIC_URL: site,
    LARES_TRUSTED_PROXY: '127.0.0.1',
    PROXMOX_TIMEOUT_MS: '60000',
  };
  const token = await new TokenFile(join(folder, 'tokens.json')).add(
    'laptop',
    'write',
    undefined,
    Date.now(),
  );
  const listening = await freePort();
  const server = await serveHttp({
    env: () => env,
    flags: { http_port: String(listening) },
    open: (read, inherited) => createRuntime(services, read, Date.now, inherited),
  });
  ends.push(() => server.close(1_000));
  const child: ChildProcess = spawn(
    String(caddy),
    ['run', '--config', caddyfile, '--adapter', 'caddyfile'],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
        CADDY_ADMIN: `127.0.0.1:${admin}`,
        LARES_SITE: site,
        LARES_UPSTREAM: `127.0.0.1:${listening}`,
      },
      stdio: 'ignore',
    },
  );
  ends.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  await until(
    'Caddy',
    async () => (await fetch(`${site}/healthz`)).status,
    (status) => status === 200,
  );
  return { site, token, env, server, demo };
}

describe.skipIf(lacks('Caddy in front', { caddy }))('behind a real Caddy', () => {
  it.each(eras)('calls, streams progress and hears of changes (%s)', async (era) => {
    const { site, token, env, server } = await behindCaddy();
    const client = await connectTo(site, token, era);
    ends.push(() => client.close());
    const order: string[] = [];
    const health = await caller(client)(
      'service_health',
      {},
      { onprogress: () => order.push('progress') },
    ).then((answer) => {
      order.push('answer');
      return answer;
    });
    expect([health.data.overall, order[0], order.at(-1)]).toEqual(['ok', 'progress', 'answer']);
    const heard = new Promise((resolve) => {
      client.setNotificationHandler('notifications/tools/list_changed', resolve);
    });
    if (era === '2026-07-28') await client.listen({ toolsListChanged: true });
    env['LARES_WRITES'] = 'off';
    server.reload();
    await heard;
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('guest_restart');
  });

  it.each(eras)('a call that is given up is given up at the service (%s)', async (era) => {
    const { site, token, demo } = await behindCaddy();
    const client = await connectTo(site, token, era);
    ends.push(() => client.close());
    const [service] = demo.fakes.get('proxmox')?.servers ?? [];
    service?.inject('hang');
    const enough = new AbortController();
    const call = caller(client)('list_guests', {}, { signal: enough.signal }).then(
      () => 'answered',
      () => 'given up',
    );
    await until(
      'the request',
      async () => service?.open,
      (open) => open === 1,
    );
    enough.abort();
    expect(await call).toBe('given up');
    await until(
      'the end of the request',
      async () => service?.aborted,
      (aborted) => aborted === 1,
    );
  });

  it('asks for a token, and knows the client behind the proxy', async () => {
    const { site, token } = await behindCaddy();
    const refused = await fetch(`${site}/mcp`, post(''));
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="lares"',
    ]);
    expect((await fetch(`${site}/mcp`, post(token))).status).toBe(200);
    expect(
      (await fetch(`${site}/mcp`, post(token, initialize, { origin: 'http://evil.example' })))
        .status,
    ).toBe(403);
    // The limit for strangers counts the address the proxy names, which is the same here for all of them.
    const statuses = await Promise.all(
      Array.from(
        { length: 40 },
        async () => (await fetch(`${site}/mcp`, post('lares_guess'))).status,
      ),
    );
    expect(statuses).toContain(429);
  });
});
