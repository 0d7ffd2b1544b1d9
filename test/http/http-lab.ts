import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { TokenFile, type Scope } from '../../src/mcp/http/auth/tokens.ts';
import type { Loopback, Seen } from '../../src/demo/loopback.ts';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld, type World } from '../../src/demo/world/index.ts';
import { serveHttp, type HttpServer, type Serving } from '../../src/mcp/http/index.ts';
import { services } from '../../src/services/index.ts';
import { caller, type Era, type Lab } from '../harness.ts';

/** Lares on a real socket of 127.0.0.1, over fakes of some services. */
export interface HttpLab {
  server: HttpServer;
  url: string;
  port: number;
  world: World;
  /** What the next reload reads; change it and call `server.reload()`. */
  env: Record<string, string>;
  stateDir: string;
  tokens: TokenFile;
  token(name: string, scope: Scope, only?: readonly string[]): Promise<string>;
  connect(token: string | undefined, era: Era, capabilities?: object): Promise<Client>;
  call(client: Client): Lab['call'];
  upstream(service: string): Loopback;
  writes(service: string): Seen[];
  house(): Runtime;
  /** Sends bytes as they are and returns everything that came back until the other side hung up, or `enough` was seen. */
  raw(bytes: string | Iterable<string>, enough?: RegExp): Promise<string>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface HttpLabOptions extends Partial<
  Pick<Serving, 'flags' | 'factory' | 'timeouts' | 'watchMs'>
> {
  only?: readonly string[];
  env?: Record<string, string>;
  /** Makes a first token, so that the door is not open: its name is `first`, its scope `write`. */
  locked?: boolean;
}

export async function httpLab({
  only = ['proxmox', 'pihole'],
  env: more = {},
  locked = true,
  flags = {},
  watchMs = 60_000,
  ...rest
}: HttpLabOptions = {}): Promise<HttpLab & { first: string }> {
  const world = createWorld();
  const demo = await startDemo({ world, only });
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const quick = Object.fromEntries(only.map((id) => [`${id.toUpperCase()}_POLL_MS`, '1']));
  const env: Record<string, string> = {
    LARES_STATE_DIR: stateDir,
    LARES_LOG_LEVEL: 'silent',
    LARES_DEADLINE_MS: '15000',
    LARES_RATE_PER_MINUTE: '0',
    ...quick,
    ...demo.env,
    ...more,
  };
  const tokens = new TokenFile(join(stateDir, 'tokens.json'));
  const token: HttpLab['token'] = (name, scope, services) =>
    tokens.add(name, scope, services, Date.now());
  const first = locked ? await token('first', 'write') : '';
  let runtime: Runtime | undefined;
  const server = await serveHttp({
    env: () => env,
    flags: { http_port: '0', ...flags },
    open: (read, inherited) =>
      (runtime = createRuntime(services, read, () => world.now(), inherited)),
    watchMs,
    ...rest,
  });
  const port = Number(new URL(server.url).port);
  const clients: Client[] = [];
  onTestFinished(async () => {
    await Promise.allSettled(clients.map((client) => client.close()));
    await server.close(1_000);
    await demo.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const upstream = (id: string): Loopback => demo.fakes.get(id)?.servers[0] ?? missing(id);
  return {
    server,
    url: server.url,
    port,
    world,
    env,
    stateDir,
    tokens,
    token,
    first,
    upstream,
    call: caller,
    house: () => runtime ?? missing('house'),
    writes: (id) => (demo.fakes.get(id)?.servers ?? []).flatMap((one) => one.writes()),
    fetch: (path, init) => fetch(`${server.url}${path}`, init),
    async connect(bearer, era, capabilities = {}) {
      const client = await connectTo(server.url, bearer, era, capabilities);
      clients.push(client);
      return client;
    },
    raw: (bytes, enough) => rawBytes(port, bytes, enough),
  };
}

export async function connectTo(
  url: string,
  bearer: string | undefined,
  era: Era,
  capabilities: object = {},
): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } },
  });
  const client = new Client(
    { name: 'what it calls itself', version: '1' },
    { capabilities, ...(era === '2026-07-28' && { versionNegotiation: { mode: { pin: era } } }) },
  );
  await client.connect(transport);
  return client;
}

async function rawBytes(
  port: number,
  bytes: string | Iterable<string>,
  enough = /$^/,
): Promise<string> {
  const socket = connectSocket(port, '127.0.0.1');
  await once(socket, 'connect');
  let seen = '';
  const over = new Promise<void>((resolve) => {
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => {
        seen += text;
        if (enough.test(seen)) resolve();
      })
      .on('error', () => resolve())
      .on('close', () => resolve());
  });
  for (const part of typeof bytes === 'string' ? [bytes] : bytes) {
    if (socket.destroyed) break;
    if (!socket.write(part))
      await Promise.race([once(socket, 'drain').catch(() => undefined), over]);
  }
  await over;
  socket.destroy();
  return seen;
}

export const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
});

export const post = (
  token: string,
  body: string = initialize,
  headers: Record<string, string> = {},
): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token && { authorization: `Bearer ${token}` }),
    ...headers,
  },
  body,
});

function missing(what: string): never {
  throw new Error(`no ${what} in this lab`);
}
