import { connect } from 'node:net';
import { request as httpsRequest } from 'node:https';
import { get, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { authority } from './certificate.ts';
import { json, loopback, type Answer, type Loopback, type LoopbackOptions } from './loopback.ts';

const started: Loopback[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

async function start(
  answer: Answer = () => json({ hello: 'world' }),
  options?: LoopbackOptions,
): Promise<Loopback> {
  const server = await loopback(answer, options);
  started.push(server);
  return server;
}

/** Polls without a clock until the condition holds; vitest's own limit ends a wait that never does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const codeOf = (error: unknown): unknown => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? cause.code : cause;
};
const failure = async (work: Promise<unknown>) =>
  codeOf(
    await work.then(
      () => 'no failure',
      (error: unknown) => error,
    ),
  );

describe('the journal', () => {
  test('keeps what arrived, still encoded, and tells writes from declared reads', async () => {
    const server = await start(undefined, { readPosts: /^\/auth$/ });
    await fetch(`${server.url}/a%2Fb?limit=5&x=%20y`);
    await fetch(`${server.url}/auth`, { method: 'POST', body: '{"password":"x"}' });
    await fetch(`${server.url}/things/1`, { method: 'DELETE' });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /a%2Fb',
      'POST /auth',
      'DELETE /things/1',
    ]);
    expect(server.requests[0]?.query.get('x')).toBe(' y');
    expect(server.requests[1]?.body).toBe('{"password":"x"}');
    expect(server.writes().map(({ path }) => path)).toEqual(['/things/1']);
    server.forget();
    expect(server.requests).toEqual([]);
  });

  test('counts requests in progress and those whose client went away', async () => {
    const server = await start();
    server.inject('hang', { path: /slow/ });
    const controller = new AbortController();
    const hanging = fetch(`${server.url}/slow`, { signal: controller.signal });
    await until(() => server.open === 1);
    controller.abort();
    expect(await hanging.catch((error: Error) => error.name)).toBe('AbortError');
    await until(() => server.open === 0);
    expect(server.aborted).toBe(1);
  });

  test('a delayed answer whose client left is neither sent nor waited for', async () => {
    const server = await start(() => ({ ...json({}), delayMs: 3_600_000 }));
    const controller = new AbortController();
    const slow = fetch(server.url, { signal: controller.signal }).catch(() => 'gone');
    await until(() => server.open === 1);
    controller.abort();
    expect(await slow).toBe('gone');
    await until(() => server.aborted === 1);
  });
});

test('a reason travels as UTF-8 bytes in the status line, and a broken fake says so', async () => {
  const server = await start(({ path }) => {
    if (path === '/bug') throw new Error('a bug');
    return { status: 403, reason: 'Zugriff für Gäste verboten' };
  });
  const [answer] = await once(get(server.url), 'response');
  expect(Buffer.from(answer.resume().statusMessage, 'latin1').toString()).toBe(
    'Zugriff für Gäste verboten',
  );
  const broken = await fetch(`${server.url}/bug`);
  expect([broken.status, await broken.text()]).toEqual([500, expect.stringContaining('a bug')]);
});

describe('faults', () => {
  test('refuse stops listening, heal listens on the same port again', async () => {
    const server = await start();
    server.inject('refuse');
    expect(await failure(fetch(server.url))).toBe('ECONNREFUSED');
    server.heal();
    expect(await (await fetch(server.url)).json()).toEqual({ hello: 'world' });
    expect(server.aborted).toBe(0);
  });

  test('conditions: after so many requests, on a path, so many times', async () => {
    const server = await start();
    server.inject({ status: 503, reason: 'Busy' }, { path: /^\/a/, after: 1, times: 2 });
    const statuses = [];
    for (const path of ['/a', '/b', '/a', '/b', '/a', '/a'])
      statuses.push((await fetch(server.url + path)).status);
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
  });

  test.each([
    ['plain', false],
    ['tls', true],
  ])('reset ends the connection with RST (%s)', async (_, tls) => {
    const server = await start(undefined, { tls });
    server.inject('reset');
    const send = tls ? httpsRequest : httpRequest;
    const [error] = await once(
      send(server.url, { agent: false, rejectUnauthorized: false }).end(),
      'error',
    );
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
  });

  test('reset reaches the TCP socket: a raw client sees the reset, not an end', async () => {
    const server = await start();
    server.inject('reset');
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  test('truncate promises the whole body, sends half, and has acted', async () => {
    let acted = 0;
    const server = await start(() => {
      acted += 1;
      return json({ value: 'x'.repeat(100) });
    });
    server.inject('truncate', { times: 1 });
    const answer = await fetch(server.url);
    expect(Number(answer.headers.get('content-length'))).toBe(112);
    expect(await answer.text().catch(() => 'cut')).toBe('cut');
    expect(acted).toBe(1);
  });

  test('garbage, wrong shape and a status replace the answer', async () => {
    const server = await start();
    server.inject('garbage', { path: /garbage/ });
    server.inject('wrong-shape', { path: /shape/ });
    server.inject(
      { status: 401, reason: 'No ticket', headers: { 'x-why': 'test' } },
      { path: /status/ },
    );
    const [garbage, shape, status] = await Promise.all(
      ['garbage', 'shape', 'status'].map((path) => fetch(`${server.url}/${path}`)),
    );
    expect([garbage?.status, garbage?.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await shape?.json()).toEqual(['unexpected', 42]);
    expect([status?.status, status?.statusText, status?.headers.get('x-why')]).toEqual([
      401,
      'No ticket',
      'test',
    ]);
  });

  test('drip and huge send headers and never finish until the client leaves', async () => {
    const server = await start();
    server.inject('drip', { path: /drip/ });
    server.inject('huge', { path: /huge/ });
    const drip = await fetch(`${server.url}/drip`);
    const reader = drip.body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(1);
    expect((await reader?.read())?.value).toHaveLength(1);
    await reader?.cancel();
    const huge = (await fetch(`${server.url}/huge`)).body?.getReader();
    for (let bytes = 0; bytes < 5_000_000;)
      bytes += (await huge?.read())?.value?.length ?? Infinity;
    await huge?.cancel();
    await until(() => server.open === 0);
    expect(server.aborted).toBe(2);
  });

  test('close ends a hang', async () => {
    const server = await start();
    server.inject('hang');
    const hanging = failure(fetch(server.url));
    await until(() => server.open === 1);
    await server.close();
    expect(await hanging).toBe('UND_ERR_SOCKET');
  });
});

test('drop closes the connection instead of answering, and is not the client going away', async () => {
  const server = await start(() => ({ drop: true }));
  expect(await failure(fetch(server.url))).toBe('UND_ERR_SOCKET');
  expect([server.open, server.aborted]).toEqual([0, 0]);
});

test('listens on a unix socket', async () => {
  const socketPath = join(mkdtempSync(join(tmpdir(), 'loopback-')), 'admin.sock');
  const server = await start(undefined, { socketPath });
  expect(server.url).toBe(`unix://${socketPath}`);
  const [answer] = await once(get({ socketPath, path: '/config/' }), 'response');
  expect(answer.resume().statusCode).toBe(200);
  expect(server.requests[0]?.path).toBe('/config/');
});

describe('tls', () => {
  async function peer(server: Loopback, options: object): Promise<PeerCertificate> {
    const [answer] = await once(
      httpsRequest(server.url, { agent: false, ...options }).end(),
      'response',
    );
    const socket: TLSSocket = answer.resume().socket;
    return socket.getPeerCertificate();
  }

  test('is trusted through its authority, by address and by name, and is what the pin says', async () => {
    const server = await start(undefined, { tls: true });
    const shown = await peer(server, { ca: server.ca });
    expect(shown.fingerprint256).toBe(server.fingerprint);
    expect(shown.subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect((await peer(server, { ca: server.ca, servername: 'localhost' })).fingerprint256).toBe(
      server.fingerprint,
    );
  });

  test('is not trusted without the authority, with another one, or under another name', async () => {
    const server = await start(undefined, { tls: true });
    expect(await failure(peer(server, {}))).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    expect(await failure(peer(server, { ca: authority('Other').ca }))).toBe(
      'SELF_SIGNED_CERT_IN_CHAIN',
    );
    expect(
      await failure(peer(server, { ca: server.ca, servername: 'elsewhere.example.net' })),
    ).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('demands a client certificate when told to', async () => {
    const clients = authority('Clients');
    const server = await start(undefined, { tls: true, clientCa: clients.ca });
    const { cert, key } = clients.issue('admin');
    expect((await peer(server, { ca: server.ca, cert, key })).fingerprint256).toBe(
      server.fingerprint,
    );
    expect(await failure(peer(server, { ca: server.ca }))).toMatch(
      /ECONNRESET|ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED/,
    );
  });
});
