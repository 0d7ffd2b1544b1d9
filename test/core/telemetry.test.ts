import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { call as callByName } from '../../src/catalog.ts';
import { subscribe, type Telemetry } from '../../src/core/base/telemetry.ts';
import { path, readHttp, writeHttp, type ClientOptions } from '../../src/core/http/index.ts';
import { Connection } from '../../src/core/http/connection.ts';
import { createRuntime } from '../../src/core/runtime.ts';
import { json, loopback, type Loopback } from '../../src/demo/loopback.ts';
import { services } from '../../src/services/index.ts';
import { caller } from '../toy.ts';

const canary = 'CANARY-f00dfeed';

interface Heard {
  call: Telemetry['call'][];
  upstream: Telemetry['upstream'][];
  journal: Telemetry['journal'][];
}

/** Everything that is said until the test ends. */
function listen(): Heard {
  const heard: Heard = { call: [], upstream: [], journal: [] };
  const stops = [
    subscribe('call', (event) => heard.call.push(event)),
    subscribe('upstream', (event) => heard.upstream.push(event)),
    subscribe('journal', (event) => heard.journal.push(event)),
  ];
  onTestFinished(() => {
    for (const stop of stops) stop();
  });
  return heard;
}

const options: ClientOptions = {
  queries: /^\/search$/,
  session: {
    login: async (ask, { password = '' }) => {
      await ask({ method: 'POST', target: '/login', body: JSON.stringify({ password }) });
      return { 'x-session': `${canary}-session` };
    },
    logout: async () => undefined,
  },
};

async function instance(): Promise<{ server: Loopback; connection: Connection }> {
  const server = await loopback(() => json({ said: canary }), {
    readPosts: /^\/(?:search|login)$/,
  });
  const { host } = new URL(server.url);
  const connection = new Connection('attic', {
    baseUrl: `http://user:${canary}@${host}/base/`,
    prefix: 'TOY_ATTIC',
    headers: { authorization: `Bearer ${canary}` },
    credentials: { password: canary },
    tls: { verify: true },
    limits: { timeoutMs: 5_000, connectTimeoutMs: 3_000, maxBytes: 1e6, pollMs: 1, waitMs: 1 },
  });
  onTestFinished(async () => {
    await connection.close();
    await server.close();
  });
  return { server, connection };
}

const anything = z.looseObject({});

describe('what a listener hears of a request', () => {
  it('is where it went and how it ended, and no secret of it', async () => {
    const heard = listen();
    const { server, connection } = await instance();
    const http = writeHttp(connection, options, caller());
    await http.get(path`/lamps/${'desk'}`, anything, { token: canary, tag: [canary, 'b'] });
    await http.query(path`/search`, { text: canary }, anything);
    await http.send('PUT', path`/lamps/desk`, { on: canary });
    server.inject({ status: 403, reason: canary, body: canary });
    await expect(http.get(path`/denied`, anything)).rejects.toThrow();
    expect(heard.upstream.map(({ ms, ...event }) => [typeof ms, event])).toEqual(
      (
        [
          ['POST', '/login', 200],
          ['GET', '/lamps/desk?token=…&tag=…&tag=…', 200],
          ['POST', '/search', 200],
          ['PUT', '/lamps/desk', 200],
          ['GET', '/denied', 403],
        ] as const
      ).map(([method, to, status]) => [
        'number',
        {
          prefix: 'TOY_ATTIC',
          instance: 'attic',
          method,
          path: to,
          status,
          retries: 0,
          shared: false,
        },
      ]),
    );
    expect(JSON.stringify(server.requests), 'the canary must have been sent').toContain(canary);
    expect(JSON.stringify(heard)).not.toContain(canary);
  });

  it('says whether it was tried before, and whether others waited for the same answer', async () => {
    const heard = listen();
    const { server, connection } = await instance();
    const http = readHttp(connection, {}, caller());
    server.inject({ status: 503 }, { times: 1 });
    await http.get(path`/lamps`, anything);
    await Promise.all([http.get(path`/doors`, anything), http.get(path`/doors`, anything)]);
    expect(
      heard.upstream.map(({ path: to, status, retries, shared }) => [to, status, retries, shared]),
    ).toEqual([
      ['/lamps', 503, 0, false],
      ['/lamps', 200, 1, false],
      ['/doors', 200, 0, true],
    ]);
  });

  it('is said of one that nobody answered', async () => {
    const heard = listen();
    const { server, connection } = await instance();
    server.inject('refuse');
    await expect(readHttp(connection, {}, caller()).get(path`/x`, anything)).rejects.toThrow();
    expect(heard.upstream).toEqual([
      expect.objectContaining({ method: 'GET', path: '/x', status: 0 }),
    ]);
  });
});

describe('what a listener hears of a call', () => {
  it('is the tool, who asked, how it ended and how long it took, and no argument', async () => {
    const heard = listen();
    const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const runtime = createRuntime(services, { LARES_STATE_DIR: stateDir });
    onTestFinished(async () => {
      await runtime.close();
      rmSync(stateDir, { recursive: true });
    });
    await callByName(runtime, 'service_health', {}, caller({ name: 'laptop' }));
    await expect(
      callByName(runtime, canary, { secret: canary }, caller({ name: 'laptop' })),
    ).rejects.toThrow();
    expect(heard.call).toEqual([
      { tool: 'service_health', caller: 'laptop', outcome: 'ok', ms: expect.any(Number) },
      { tool: 'unknown', caller: 'laptop', outcome: 'bad-input', ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(heard)).not.toContain(canary);
  });
});
