import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HandshakeError, probeTls, type Probe } from '../../src/core/http/tls-probe.ts';
import { authority } from '../../src/demo/certificate.ts';

const day = 86_400_000;

async function listening(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server
    .on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => undefined)))
    .on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const probe = (port: number, more: Partial<Probe> = {}) =>
  probeTls({
    host: '127.0.0.1',
    port,
    servername: 'app.lab.test',
    deadlineMs: 2_000,
    signal: new AbortController().signal,
    ...more,
  });

describe('the certificate a server shows', () => {
  test('its names, its dates, its fingerprint, whether it covers the name, and that nobody here trusts it', async () => {
    const from = Math.floor(Date.now() / 1000) * 1000 - 3 * day;
    const { cert, key, fingerprint } = authority('Test CA').issue(
      'app.lab.test',
      ['app.lab.test', '*.lab.test', '127.0.0.1'],
      { from, to: from + 90 * day },
    );
    const asked: string[] = [];
    const port = await listening(
      tls.createServer({
        cert,
        key,
        SNICallback: (name, done) => {
          asked.push(name);
          done(null);
        },
      }),
    );
    expect(await probe(port)).toEqual({
      subject: 'app.lab.test',
      issuer: 'Test CA',
      names: ['app.lab.test', '*.lab.test', '127.0.0.1'],
      notBefore: from,
      notAfter: from + 90 * day,
      fingerprint,
      covers: true,
      trusted: false,
    });
    expect(await probe(port, { servername: 'other.example' })).toMatchObject({ covers: false });
    expect(await probe(port, { servername: '127.0.0.1' })).toMatchObject({ covers: true });
    expect(asked).toEqual(['app.lab.test', 'other.example']);
  });

  test('one that has expired is still shown', async () => {
    const { cert, key } = authority().issue('x', ['app.lab.test'], {
      from: Date.now() - 90 * day,
      to: Date.now() - day,
    });
    const port = await listening(tls.createServer({ cert, key }));
    expect((await probe(port)).notAfter).toBeLessThan(Date.now());
  });

  test('not a byte is sent after the handshake', async () => {
    const { cert, key } = authority().issue();
    const received: Buffer[] = [];
    const server = tls.createServer({ cert, key });
    const port = await listening(server);
    server.on('secureConnection', (socket) =>
      socket.on('data', (chunk: Buffer) => received.push(chunk)),
    );
    const closed = once(server, 'connection').then(([socket]) =>
      once(socket as net.Socket, 'close'),
    );
    await probe(port);
    await closed;
    expect(received).toEqual([]);
  });
});

describe('no certificate', () => {
  test('a refused connection is not the fault of a handshake', async () => {
    const port = await listening(net.createServer());
    const gone = net.createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port: free } = gone.address() as net.AddressInfo;
    await new Promise((resolve) => {
      gone.close(resolve);
    });
    expect(free).not.toBe(port);
    const error = await probe(free).catch((cause: unknown) => cause);
    expect(error).not.toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      message: `TLS app.lab.test at 127.0.0.1:${free}: connection refused`,
      timedOut: false,
    });
  });

  test('an alert is passed on in words', async () => {
    const port = await listening(
      tls.createServer({
        SNICallback: (_, done) => {
          done(null, undefined);
        },
      }),
    );
    const error = await probe(port).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/the server refuses the handshake \([a-z ]+\)$/),
    });
  });

  test('what speaks something else is said so', async () => {
    const port = await listening(
      net.createServer((socket) => {
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      }),
    );
    const error = await probe(port).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      message: expect.stringContaining('what listens there does not speak TLS'),
    });
  });

  test('a server that says nothing costs no more than the deadline, and is not judged by it', async () => {
    const port = await listening(net.createServer());
    const error = await probe(port, { deadlineMs: 50 }).catch((cause: unknown) => cause);
    expect(error).not.toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      message: expect.stringContaining('no handshake within 0.05 s'),
      timedOut: true,
    });
  });

  test('a caller who goes away ends it, before and during', async () => {
    const server = net.createServer();
    const port = await listening(server);
    const call = new AbortController();
    const pending = probe(port, { signal: call.signal });
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    call.abort(new Error('gone'));
    await expect(pending).rejects.toThrow('gone');
    await once(socket.resume(), 'close');
    await expect(probe(port, { signal: call.signal })).rejects.toThrow('gone');
  });
});
