import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { httpLab, initialize, post } from './http-lab.ts';

const head = (port: number, ...more: string[]): string =>
  [
    'POST /mcp HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    ...more,
  ].join('\r\n');

describe('a stranger', () => {
  it('without a token gets in nowhere, and learns nothing but that one is needed', async () => {
    const lab = await httpLab();
    for (const [path, init] of [
      ['/mcp', post('')],
      ['/mcp/', post('')],
      ['/mcp', { method: 'GET', headers: { accept: 'text/event-stream' } }],
      ['/mcp', { method: 'DELETE' }],
      ['/metrics', {}],
    ] as const) {
      const answer = await lab.fetch(path, init);
      expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([
        path,
        401,
        'Bearer realm="lares"',
      ]);
      const told = JSON.stringify([...answer.headers]) + (await answer.text());
      expect(told).not.toMatch(/\d+\.\d+\.\d+[^.\d]|node|hono|proxmox|at .*\.(ts|js):/i);
    }
    for (const path of [
      '/',
      '/admin',
      '/.env',
      '/mcp/x',
      '/approve',
      '/.well-known/oauth-protected-resource',
    ])
      expect(await (await lab.fetch(path)).text(), path).toBe('{"error":"nothing here"}');
  });

  it('with a token that is nearly right, or in another spelling, is as much a stranger', async () => {
    const lab = await httpLab();
    const near = [
      lab.first.slice(0, -1),
      `${lab.first}x`,
      lab.first.toUpperCase(),
      `${lab.first.slice(0, -1)}${lab.first.endsWith('A') ? 'B' : 'A'}`,
      '',
      'null',
      'lares_',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
    ];
    for (const token of near)
      expect(
        (await lab.fetch('/mcp', post('', initialize, { authorization: `Bearer ${token}` })))
          .status,
        token,
      ).toBe(401);
    for (const authorization of [
      `Basic ${btoa(`first:${lab.first}`)}`,
      lab.first,
      `Bearer ${lab.first} ${lab.first}`,
      `Token ${lab.first}`,
    ])
      expect((await lab.fetch('/mcp', post('', initialize, { authorization }))).status).toBe(401);
    expect(readFileSync(lab.tokens.file, 'utf8')).not.toContain(lab.first.slice(6));
  });

  it('who tries again and again is slowed down', async () => {
    const lab = await httpLab();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => lab.fetch('/mcp', post('lares_guess'))),
    );
    const statuses = answers.map(({ status }) => status);
    expect([
      statuses.filter((status) => status === 401).length <= 21,
      statuses.includes(429),
    ]).toEqual([true, true]);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(
      /^\d+$/,
    );
    expect((await lab.fetch('/mcp', post(lab.first))).status).toBe(200);
  });

  it('a revoked token is a stranger from the next request on', async () => {
    const lab = await httpLab();
    const laptop = await lab.token('laptop', 'read');
    expect((await lab.fetch('/mcp', post(laptop))).status).toBe(200);
    await lab.tokens.revoke('laptop');
    expect((await lab.fetch('/mcp', post(laptop))).status).toBe(401);
    await lab.tokens.revoke('first');
    expect((await lab.fetch('/mcp', post(''))).status).toBe(401);
  });
});

describe('a web page somebody has open', () => {
  it('cannot reach Lares under a name of its own, nor from an origin of its own', async () => {
    const lab = await httpLab({ env: { LARES_ALLOWED_HOSTS: 'lares.example.net' } });
    const ask = (host: string, origin?: string): Promise<string> =>
      lab.raw(
        `${head(lab.port).replace(/Host: .*/, `Host: ${host}`)}\r\nAuthorization: Bearer ${lab.first}\r\n${origin === undefined ? '' : `Origin: ${origin}\r\n`}Content-Length: ${initialize.length}\r\nConnection: close\r\n\r\n${initialize}`,
      );
    for (const host of [
      'evil.example',
      `evil.example:${lab.port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
      '[::ffff:10.0.0.1]',
    ])
      expect(await ask(host), host).toMatch(/^HTTP\/1\.1 (403|400) /);
    for (const origin of [
      'http://evil.example',
      'null',
      'https://127.0.0.1.evil.example',
      'file://',
    ])
      expect(await ask(`127.0.0.1:${lab.port}`, origin), origin).toMatch(/^HTTP\/1\.1 403 /);
    for (const host of [`127.0.0.1:${lab.port}`, `localhost:${lab.port}`, 'lares.example.net'])
      expect(await ask(host), host).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('lares.example.net', 'https://lares.example.net')).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('requests that two readers would understand differently', () => {
  it('are refused, and nothing of what follows them is read as a request', async () => {
    const lab = await httpLab();
    const token = `Authorization: Bearer ${lab.first}`;
    const smuggled = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${lab.port}\r\n\r\n`;
    const body = `${initialize}`;
    const shapes: Record<string, string> = {
      'length and chunks': `${head(lab.port, token, `Content-Length: ${body.length}`, 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${smuggled}`,
      'two lengths': `${head(lab.port, token, 'Content-Length: 4', `Content-Length: ${body.length}`)}\r\n\r\n${body}${smuggled}`,
      'a length that is none': `${head(lab.port, token, 'Content-Length: 0x10')}\r\n\r\n${body}${smuggled}`,
      'chunked, but not quite': `${head(lab.port, token, 'Transfer-Encoding: xchunked')}\r\n\r\n${body}${smuggled}`,
      'chunked last but one': `${head(lab.port, token, 'Transfer-Encoding: chunked, identity')}\r\n\r\n0\r\n\r\n${smuggled}`,
      'a space before the colon': `${head(lab.port, token, `Content-Length : ${body.length}`)}\r\n\r\n${body}${smuggled}`,
      'a folded header': `${head(lab.port, token, 'X-Fold: a\r\n b', `Content-Length: ${body.length}`)}\r\n\r\n${body}`,
      'two hosts': `${head(lab.port, token, 'Host: evil.example', `Content-Length: ${body.length}`)}\r\n\r\n${body}`,
      'two authorizations': `${head(lab.port, token, 'Authorization: Bearer lares_other', `Content-Length: ${body.length}`)}\r\n\r\n${body}`,
      'no host': `${head(lab.port, token, `Content-Length: ${body.length}`).replace(/Host: .*\r\n/, '')}\r\n\r\n${body}`,
      'another target': `${head(lab.port, token, `Content-Length: ${body.length}`).replace('/mcp', 'http://evil.example/mcp')}\r\n\r\n${body}`,
      'a compressed body': `${head(lab.port, token, 'Content-Encoding: gzip', `Content-Length: ${body.length}`)}\r\n\r\n${body}`,
      'a bad chunk': `${head(lab.port, token, 'Transfer-Encoding: chunked')}\r\n\r\nZZ\r\n${body}\r\n0\r\n\r\n`,
    };
    for (const [name, shape] of Object.entries(shapes)) {
      const seen = await lab.raw(shape);
      expect(seen, name).toMatch(/^HTTP\/1\.1 400 /);
      expect(seen.match(/HTTP\/1\.1 /g), name).toHaveLength(1);
      expect(seen, name).not.toMatch(/ 200 |alive|mcp-session-id/i);
    }
  });

  it('a token in a URL is refused, whatever it is called, and the answer does not repeat it', async () => {
    const lab = await httpLab();
    for (const query of [
      `token=${lab.first}`,
      `access_token=${lab.first}`,
      `x=${lab.first}`,
      `api_key=${lab.first}`,
    ]) {
      const answer = await lab.fetch(`/mcp?${query}`, post(lab.first));
      const text = await answer.text();
      expect([
        answer.status,
        text.includes('does not belong into a URL'),
        text.includes(lab.first),
      ]).toEqual([400, true, false]);
    }
  });
});

describe('too much', () => {
  it('a giant body is refused by its announcement, an endless one when it is too long, and both are hung up on', async () => {
    const lab = await httpLab({ env: { LARES_MAX_BODY_KB: '64' } });
    const token = `Authorization: Bearer ${lab.first}`;
    expect(
      await lab.raw(`${head(lab.port, token, 'Content-Length: 9999999999')}\r\n\r\n{`),
    ).toMatch(/^HTTP\/1\.1 413 /);
    function* endless(): Generator<string> {
      yield `${head(lab.port, token, 'Transfer-Encoding: chunked')}\r\n\r\n`;
      for (;;) yield `1000\r\n${'['.repeat(4096)}\r\n`;
    }
    expect(await lab.raw(endless())).toMatch(/^HTTP\/1\.1 413 /);
    function* endlessStranger(): Generator<string> {
      yield `${head(lab.port, 'Transfer-Encoding: chunked')}\r\n\r\n`;
      for (;;) yield `1000\r\n${'x'.repeat(4096)}\r\n`;
    }
    expect(await lab.raw(endlessStranger())).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('giant headers are refused', async () => {
    const lab = await httpLab();
    expect(await lab.raw(`${head(lab.port, `X-Big: ${'x'.repeat(20_000)}`)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it('headers and bodies that never end are not waited for', async () => {
    const lab = await httpLab({
      timeouts: { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 },
    });
    expect(await lab.raw(`POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${lab.port}\r\nX-Slow: `)).toMatch(
      /^HTTP\/1\.1 408 /,
    );
    expect(
      await lab.raw(
        `${head(lab.port, `Authorization: Bearer ${lab.first}`, 'Content-Length: 100')}\r\n\r\n{"jsonrpc"`,
      ),
    ).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('nonsense is answered as such, and Lares goes on', async () => {
    const lab = await httpLab();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const bodies: [string, string, number][] = [
      ['not JSON', '{', 400],
      ['deep', deep, 400],
      [
        'deep arguments',
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"service_health","arguments":{"service":${deep}}}}`,
        400,
      ],
      ['a number', '7', 400],
      ['null', 'null', 400],
      ['a batch too long', `[${Array.from({ length: 500 }, () => initialize).join(',')}]`, 400],
    ];
    for (const [name, body, status] of bodies) {
      const answer = await lab.fetch('/mcp', post(lab.first, body));
      const text = await answer.text();
      expect([name, answer.status], text.slice(0, 200)).toEqual([name, status]);
      expect(text).not.toMatch(/\bat .*:\d+|RangeError|node_modules/);
    }
    expect(
      (await lab.fetch('/mcp', post(lab.first, initialize, { 'content-type': 'text/plain' })))
        .status,
    ).toBe(415);
    expect(
      (
        await lab.fetch('/mcp', {
          method: 'PUT',
          headers: { authorization: `Bearer ${lab.first}` },
        })
      ).status,
    ).toBe(405);
    expect((await lab.fetch('/mcp', post(lab.first))).status).toBe(200);
  });

  it('one caller beyond its rate waits, and the others do not', async () => {
    const lab = await httpLab({ env: { LARES_RATE_PER_MINUTE: '60' } });
    const other = await lab.token('other', 'read');
    const statuses = await Promise.all(
      Array.from(
        { length: 40 },
        async () => (await lab.fetch('/mcp', post(lab.first, '7'))).status,
      ),
    );
    expect([statuses.includes(400), statuses.includes(429)]).toEqual([true, true]);
    expect((await lab.fetch('/mcp', post(other))).status).toBe(200);
  });
});

describe('sessions', () => {
  const open = async (
    lab: Awaited<ReturnType<typeof httpLab>>,
    token: string,
  ): Promise<string | null> => {
    const answer = await lab.fetch('/mcp', post(token));
    await answer.text();
    return answer.headers.get('mcp-session-id');
  };
  const sessionsOf = async (lab: Awaited<ReturnType<typeof httpLab>>): Promise<number> =>
    Number(
      /^lares_sessions (\d+)/m.exec(
        await (
          await lab.fetch('/metrics', { headers: { authorization: `Bearer ${lab.first}` } })
        ).text(),
      )?.[1],
    );

  it('of somebody else do not exist', async () => {
    const lab = await httpLab();
    const other = await lab.token('other', 'write');
    const id = await open(lab, lab.first);
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' });
    const ask = async (token: string): Promise<number> =>
      (await lab.fetch('/mcp', post(token, ping, { 'mcp-session-id': String(id) }))).status;
    expect([await ask(other), await ask(lab.first)]).toEqual([404, 200]);
    expect(
      (
        await lab.fetch('/mcp', {
          method: 'DELETE',
          headers: { authorization: `Bearer ${other}`, 'mcp-session-id': String(id) },
        })
      ).status,
    ).toBe(404);
    expect(await ask(lab.first)).toBe(200);
  });

  it("many idle ones of one caller push out its own and nobody else's", async () => {
    const lab = await httpLab({ env: { LARES_MAX_SESSIONS: '40' } });
    const flood = await lab.token('flood', 'read');
    const mine = await open(lab, lab.first);
    for (let i = 0; i < 300; i++) expect(await open(lab, flood)).not.toBeNull();
    expect(await sessionsOf(lab)).toBe(11);
    expect(
      (
        await lab.fetch(
          '/mcp',
          post(lab.first, '{"jsonrpc":"2.0","id":2,"method":"ping"}', {
            'mcp-session-id': String(mine),
          }),
        )
      ).status,
    ).toBe(200);
  });

  it('end when nobody uses them', async () => {
    const lab = await httpLab({ env: { LARES_SESSION_IDLE_S: '1' } });
    const id = await open(lab, lab.first);
    while ((await sessionsOf(lab)) > 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    expect(
      (
        await lab.fetch(
          '/mcp',
          post(lab.first, '{"jsonrpc":"2.0","id":2,"method":"ping"}', {
            'mcp-session-id': String(id),
          }),
        )
      ).status,
    ).toBe(404);
  });
});
