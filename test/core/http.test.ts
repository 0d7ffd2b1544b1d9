import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { messageOf, type LaresError } from '../../src/core/base/errors.ts';
import type { Runtime } from '../../src/core/runtime.ts';
import { authority } from '../../src/demo/certificate.ts';
import type { Fault, Loopback } from '../../src/demo/loopback.ts';
import { callToy, toyRuntime, toyServer } from '../toy.ts';

async function toy(
  env: Record<string, string> = {},
  options = {},
): Promise<{ house: Runtime; server: Loopback }> {
  const server = await toyServer(options);
  const runtime = toyRuntime({
    TOY_URL: server.url,
    TOY_TIMEOUT_MS: '400',
    LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    ...env,
  });
  onTestFinished(async () => {
    await runtime.close();
    await server.close();
  });
  return { house: runtime, server };
}

const failure = (runtime: Runtime, tool = 'list_lamps', args = {}): Promise<LaresError> =>
  callToy(runtime, tool, args).then(
    (reply) => {
      throw new Error(`answered ${reply.text}`);
    },
    (error: LaresError) => error,
  );

describe('an upstream that misbehaves becomes one of six errors, with a way out', () => {
  const cases: [Fault, string, RegExp][] = [
    ['refuse', 'UnreachableError', /connection refused|cut/],
    ['hang', 'UnreachableError', /no complete answer within 0.4 s/],
    ['drip', 'UnreachableError', /no complete answer within 0.4 s/],
    ['reset', 'UnreachableError', /the connection was cut/],
    ['truncate', 'UnreachableError', /cut/],
    ['huge', 'ShapeError', /larger than 32 MiB|no complete answer/],
    ['garbage', 'UpstreamError', /the answer is not JSON \(text\/html/],
    ['wrong-shape', 'ShapeError', /expected object/],
    [{ status: 401 }, 'UpstreamError', /^GET \/lamps: 401/],
    [{ status: 403 }, 'UpstreamError', /^GET \/lamps: 403/],
    [{ status: 404 }, 'UpstreamError', /^GET \/lamps: 404/],
    [{ status: 429 }, 'UpstreamError', /^GET \/lamps: 429/],
    [{ status: 500, reason: 'out of lamps' }, 'UpstreamError', /^GET \/lamps: 500 out of lamps$/],
    [
      { status: 302, headers: { location: 'https://login.example.org/' } },
      'UpstreamError',
      /redirected to https:\/\/login\.example\.org/,
    ],
  ];
  it.each(cases)('%j', async (fault, name, message) => {
    const { house: runtime, server } = await toy({
      TOY_TIMEOUT_MS: fault === 'huge' ? '10000' : '400',
    });
    server.inject(fault);
    const error = await failure(runtime);
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
    expect(error.hint).not.toBe('');
  });
});

describe('what something in front of the service answers', () => {
  const html = { 'content-type': 'text/html' };
  const page = '<!doctype html><title>403 Forbidden</title>';
  const fronts: [string, Fault, RegExp, RegExp][] = [
    [
      'a redirect',
      { status: 301, headers: { location: 'https://pi.example.net/' } },
      /redirected to https:\/\/pi\.example\.net\//,
      /Put the final address into TOY_URL/,
    ],
    [
      'a page that refuses',
      { status: 403, headers: html, body: page },
      /403 .*a web page: not of the API/,
      /in front of it/,
    ],
    [
      'a line of text that refuses',
      { status: 403, headers: { 'content-type': 'text/plain' }, body: 'error code: 1010' },
      /403 .*text\/plain: not of the API/,
      /in front of it/,
    ],
    [
      'a login page',
      { status: 200, headers: html, body: page },
      /is not JSON \(text\/html/,
      /login page/,
    ],
    ['a gateway', { status: 502, headers: html, body: page }, /: 502/, /what is behind did not/],
    ['a gateway that waited', { status: 504 }, /: 504/, /what is behind did not/],
    [
      'a port for TLS that hears HTTP',
      {
        status: 400,
        headers: { 'content-type': 'text/plain' },
        body: 'Client sent an HTTP request to an HTTPS server.\n',
      },
      /wants https/,
      /Write https:\/\/ in TOY_URL/,
    ],
  ];
  it.each(fronts)(
    '%s is told as such, and blames neither token nor service',
    async (_, fault, words, hint) => {
      const { house: runtime, server } = await toy();
      server.inject(fault);
      const error = await failure(runtime);
      expect([error.message, error.hint]).toEqual([
        expect.stringMatching(words),
        expect.stringMatching(hint),
      ]);
      expect(error).toMatchObject({ front: true, denied: false });
    },
  );

  it.each<Fault>([
    { status: 403, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' },
    { status: 401 },
    { status: 500, headers: { 'content-type': 'application/json' }, body: '{}' },
  ])('%j is the word of the service itself', async (fault) => {
    const { house: runtime, server } = await toy();
    server.inject(fault);
    expect(await failure(runtime)).toMatchObject({ front: false });
  });

  it('a write that was redirected was not done', async () => {
    const { house: runtime, server } = await toy();
    server.inject({ status: 302, headers: { location: '/login' } }, { path: /^\/lamps\/door/ });
    await failure(runtime, 'turn_lamp', { name: 'door', on: true, confirm: true });
    expect(runtime.journal.read().entries.map(({ event }) => event)).toEqual(['started', 'failed']);
  });
});

describe('a time-out of our own', () => {
  it.each<Fault>(['hang', 'drip'])('%s is no verdict about the other side', async (fault) => {
    const { house: runtime, server } = await toy();
    server.inject(fault);
    expect(await failure(runtime)).toMatchObject({ timedOut: true });
  });

  it.each<Fault>(['refuse', 'reset'])('%s is none', async (fault) => {
    const { house: runtime, server } = await toy();
    server.inject(fault);
    expect(await failure(runtime)).toMatchObject({ timedOut: false });
  });
});

describe('a request', () => {
  it('says who sends it', async () => {
    const { house: runtime, server } = await toy();
    await callToy(runtime, 'list_lamps');
    expect(server.requests[0]?.headers['user-agent']).toMatch(/^lares\/\d/);
  });
});

describe('a read', () => {
  it.each<Fault>(['reset', { status: 502 }, { status: 503 }, { status: 504 }])(
    'is tried once more after %j',
    async (fault) => {
      const { house: runtime, server } = await toy();
      server.inject(fault, { times: 1 });
      expect((await callToy(runtime, 'list_lamps')).text).toMatch(/^2 lamps/);
      expect(server.requests).toHaveLength(2);
    },
  );

  it('is not tried again after a plain 500', async () => {
    const { house: runtime, server } = await toy();
    server.inject({ status: 500 }, { times: 1 });
    await failure(runtime);
    expect(server.requests).toHaveLength(1);
  });

  it('is shared with everyone who asks the same at the same moment', async () => {
    const { house: runtime, server } = await toy();
    const answers = await Promise.all([
      callToy(runtime, 'list_lamps'),
      callToy(runtime, 'list_lamps'),
      callToy(runtime, 'list_lamps', { name: 'desk' }),
    ]);
    expect(server.requests).toHaveLength(1);
    expect(answers.map(({ text }) => text.split('\n')[0])).toEqual([
      '2 lamps',
      '2 lamps',
      '1 lamps',
    ]);
  });

  it('is abandoned at the socket only when the last who waits for it has cancelled', async () => {
    const { house: runtime, server } = await toy({ TOY_TIMEOUT_MS: '5000' });
    server.inject('hang');
    const [one, two] = [new AbortController(), new AbortController()];
    const calls = Promise.allSettled([
      callToy(runtime, 'list_lamps', {}, { signal: one.signal }),
      callToy(runtime, 'list_lamps', {}, { signal: two.signal }),
    ]);
    await until(() => server.open === 1);
    one.abort();
    expect(server.aborted).toBe(0);
    two.abort();
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await until(() => server.aborted === 1);
    expect(server.requests).toHaveLength(1);
  });

  it('spelled POST is refused unless the service declared it', async () => {
    const { house: runtime } = await toy();
    const reads = (await import('../toy.ts')).read({
      name: 'x',
      title: 'x',
      description: 'x',
      example: {},
      input: (await import('zod')).strictObject({}),
      output: (await import('zod')).object({}),
      run: async (_, one) => {
        await one.on().notDeclared();
        return {};
      },
      text: () => '',
    });
    const session = {
      signal: new AbortController().signal,
      progress: () => undefined,
      now: Date.now,
      instances: runtime.services[0]?.instances ?? new Map(),
      failed: () => undefined,
    };
    await expect(reads.run({}, session)).rejects.toThrow('not declared as a read');
  });
});

describe('a write', () => {
  it.each<Fault>(['reset', { status: 502 }])(
    'is never sent twice, also after %j',
    async (fault) => {
      const { house: runtime, server } = await toy();
      server.inject(fault, { path: /^\/lamps\/door/ });
      await failure(runtime, 'turn_lamp', { name: 'door', on: true, confirm: true });
      expect(server.writes()).toHaveLength(1);
    },
  );

  it('that got no answer says that its outcome is unknown, and to look first', async () => {
    const { house: runtime, server } = await toy();
    server.inject('hang', { path: /^\/lamps\/door/ });
    const error = await failure(runtime, 'turn_lamp', { name: 'door', on: true, confirm: true });
    expect(messageOf(error)).toEqual({
      message: expect.stringMatching(/^Whether this was done is unknown: turn door on\./),
      hint: expect.stringMatching(/^Look at toy\/door before trying again/),
    });
  });

  it('that could not even connect is known not to have happened', async () => {
    const { house: runtime, server } = await toy();
    const plan = await callToy(runtime, 'turn_lamp', { name: 'door', on: true });
    expect(plan.data['outcome']).toBe('preview');
    await server.close();
    expect(
      (await failure(runtime, 'turn_lamp', { name: 'door', on: true, confirm: true })).message,
    ).not.toMatch(/unknown/);
  });

  it('keeps a name with a slash inside its path segment', async () => {
    const { house: runtime, server } = await toy();
    await callToy(runtime, 'turn_lamp', { name: '../admin?x=1', on: true, confirm: true });
    expect(server.writes().map(({ path }) => path)).toEqual(['/lamps/..%2Fadmin%3Fx%3D1']);
  });
});

describe('TLS', () => {
  it('refuses a certificate nobody vouches for, and says which variables help', async () => {
    const { house: runtime, server } = await toy({}, { tls: true });
    const error = await failure(runtime);
    expect([error.name, error.message]).toEqual([
      'UnreachableError',
      expect.stringMatching(/certificate is not trusted/),
    ]);
    expect(error.hint).toMatch(/TOY_TLS_CA_FILE.*TOY_TLS_FINGERPRINT/);
    expect(server.requests).toHaveLength(0);
  });

  it('says when the other side speaks no TLS at all, and nothing of certificates', async () => {
    const server = await toyServer();
    const runtime = toyRuntime({ TOY_URL: server.url.replace('http:', 'https:') });
    onTestFinished(async () => {
      await runtime.close();
      await server.close();
    });
    const { message, hint } = await failure(runtime);
    expect([message, hint]).toEqual([
      'GET /lamps: what listens there does not speak TLS',
      expect.stringMatching(/wants http, not https: check the scheme in TOY_URL\.$/),
    ]);
  });

  it('says what may be wrong when plain HTTP meets a server that wants TLS', async () => {
    const server = await toyServer({ tls: true });
    const runtime = toyRuntime({ TOY_URL: server.url.replace('https:', 'http:') });
    onTestFinished(async () => {
      await runtime.close();
      await server.close();
    });
    expect((await failure(runtime)).hint).toMatch(/or want https: check the scheme in TOY_URL\.$/);
  });

  it('accepts its CA from a file, the pin of its leaf, the pin of its CA, or anything when told so', async () => {
    const server = await toyServer({ tls: true });
    const caFile = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'ca.pem');
    writeFileSync(caFile, server.ca ?? '');
    const { X509Certificate } = await import('node:crypto');
    const caPin = new X509Certificate(server.ca ?? '').fingerprint256;
    for (const trust of [
      { TOY_TLS_CA_FILE: caFile },
      { TOY_TLS_FINGERPRINT: server.fingerprint ?? '' },
      { TOY_TLS_FINGERPRINT: (server.fingerprint ?? '').replaceAll(':', '').toLowerCase() },
      { TOY_TLS_FINGERPRINT: caPin },
      { TOY_TLS_VERIFY: 'false' },
    ]) {
      const runtime = toyRuntime({ TOY_URL: server.url, ...trust });
      expect((await callToy(runtime, 'list_lamps')).text, JSON.stringify(trust)).toMatch(
        /^2 lamps/,
      );
      await runtime.close();
    }
    await server.close();
  });

  it('sends nothing to a server that does not hold the pin', async () => {
    const other = new (await import('node:crypto')).X509Certificate(authority().issue().cert)
      .fingerprint256;
    const { house: runtime, server } = await toy(
      { TOY_TLS_FINGERPRINT: other, TOY_TOKEN: 'secret-token' },
      { tls: true },
    );
    expect((await failure(runtime)).message).toMatch(/is not the pinned one/);
    expect(server.requests).toHaveLength(0);
  });

  it('is not fooled by the certificate of the pinned CA behind a leaf that it did not sign', async () => {
    const trusted = authority();
    const pin = new (await import('node:crypto')).X509Certificate(trusted.ca).fingerprint256;
    const { createServer } = await import('node:https');
    const forged = authority().issue();
    let reached = 0;
    const server = createServer(
      { cert: forged.cert + trusted.ca, key: forged.key },
      (_, response) => {
        reached++;
        response.end('{}');
      },
    );
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const runtime = toyRuntime({
      TOY_URL: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      TOY_TLS_FINGERPRINT: pin,
    });
    onTestFinished(async () => {
      await runtime.close();
      server.close();
      server.closeAllConnections();
    });
    expect((await failure(runtime)).message).toMatch(/not (the pinned one|signed by)/);
    expect(reached).toBe(0);
  });
});

/** Resolves when a condition of another party holds; the test's own time limit ends it otherwise. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition())
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
};
