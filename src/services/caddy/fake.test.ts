import http from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createWorld, type World } from '../../demo/world/index.ts';
import { fake, type CaddyFakeOptions } from './fake/index.ts';
import new211 from './fixtures/recorded-2.11.4.json' with { type: 'json' };
import old26 from './fixtures/recorded-2.6.2.json' with { type: 'json' };

/** The fake against what the real ones were seen to answer. */
let world: World;
beforeEach(() => {
  world = createWorld();
});

async function started(
  options: CaddyFakeOptions = {},
): Promise<
  (
    path: string,
    request?: http.RequestOptions,
  ) => Promise<{ status: number; type: string; body: string; headers: http.IncomingHttpHeaders }>
> {
  const caddy = await fake(world, options);
  onTestFinished(() => caddy.close());
  const [server] = caddy.servers;
  return (path, request = {}) =>
    new Promise((resolve, reject) => {
      http
        .request(
          { host: '127.0.0.1', port: server?.port, path, agent: false, ...request },
          async (answer) => {
            let body = '';
            for await (const chunk of answer) body += String(chunk);
            resolve({
              status: answer.statusCode ?? 0,
              type: answer.headers['content-type'] ?? '',
              body: body.trim(),
              headers: answer.headers,
            });
          },
        )
        .on('error', reject)
        .end();
    });
}

describe.each(['2.6', '2.11'] as const)('errors of %s', (version) => {
  beforeEach(() => {
    world.proxy.version = version;
  });

  test.each([
    ['/config', 301, '<a href="/config/">Moved Permanently</a>.'],
    ['/config/apps/http/servers/srv0/listen', 200, '[":443"]'],
    ['/config/apps/nosuch', 200, 'null'],
    [
      '/config/apps/nosuch/deep',
      400,
      '{"error":"invalid traversal path at: config/apps/nosuch/deep"}',
    ],
    [
      '/config/apps/http/servers/srv0/routes/99',
      400,
      '{"error":"[/config/apps/http/servers/srv0/routes/99] array index out of bounds: 99"}',
    ],
    [
      '/config/apps/http/servers/srv0/routes/abc',
      400,
      `{"error":"[/config/apps/http/servers/srv0/routes/abc] invalid array index 'abc': strconv.Atoi: parsing \\"abc\\": invalid syntax"}`,
    ],
    ['/id/x', 404, `{"error":"unknown object ID 'x'"}`],
    ['/', 404, '404 page not found'],
    ['/nosuch', 404, '404 page not found'],
  ])('%s: %i', async (path, status, body) => {
    expect(await (await started())(path)).toMatchObject({ status, body });
  });

  test('only GET reads, and HEAD does not', async () => {
    const ask = await started();
    expect(await ask('/reverse_proxy/upstreams', { method: 'POST' })).toMatchObject({
      status: 405,
      body: '{"error":"method not allowed"}',
    });
    expect(await ask('/config/', { method: 'HEAD' })).toMatchObject({ status: 405 });
    expect(
      await ask('/config/apps', {
        method: 'PUT',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    ).toMatchObject({
      status: 400,
      body: `{"error":"unacceptable content-type: application/x-www-form-urlencoded; 'application/json' required"}`,
    });
  });

  test('a Host without its port, or a strange one, is refused', async () => {
    const ask = await started();
    expect(await ask('/config/', { headers: { host: 'localhost' } })).toMatchObject({
      status: 403,
      body: '{"error":"host not allowed: localhost"}',
    });
    expect(await ask('/config/', { headers: { host: 'caddy.example' } })).toMatchObject({
      status: 403,
      body: '{"error":"host not allowed: caddy.example"}',
    });
  });
});

describe('what changed with 2.11', () => {
  test.each([
    [
      { 'sec-fetch-mode': 'cors' },
      200,
      403,
      `{"error":"client is not allowed to access from origin ''"}`,
    ],
    [
      { 'sec-fetch-mode': 'no-cors' },
      200,
      400,
      '{"error":"Disabling same-origin restrictions is not allowed."}',
    ],
    [
      { origin: 'http://evil.example' },
      200,
      403,
      `{"error":"client is not allowed to access from origin 'http://evil.example'"}`,
    ],
  ])('%o: %i, then %i', async (headers, before, after, body) => {
    world.proxy.version = '2.6';
    expect((await (await started())('/config/', { headers })).status).toBe(before);
    world.proxy.version = '2.11';
    expect(await (await started())('/config/', { headers })).toMatchObject({ status: after, body });
  });

  test('its tag is a header; before, it is a trailer', async () => {
    expect((await (await started())('/config/')).headers.etag).toMatch(
      /^"\/config\/ [0-9a-f]{16}"$/,
    );
    world.proxy.version = '2.6';
    expect((await (await started())('/config/')).headers).not.toHaveProperty('etag');
  });

  test('metrics have the names and labels of the recordings', async () => {
    const names = (rows: readonly string[]): string[] =>
      [
        ...new Set(
          rows
            .filter(
              (row) =>
                row.startsWith('caddy_http') ||
                row.startsWith('caddy_config') ||
                row.startsWith('caddy_reverse'),
            )
            .map((row) => row.replace(/="[^"]*"/g, '').replace(/ \S+$/, '')),
        ),
      ].sort();
    world.proxy.crashed.push('n8n');
    for (const [version, recorded] of [
      ['2.6', old26],
      ['2.11', new211],
    ] as const) {
      world.proxy.version = version;
      const shown = names((await (await started())('/metrics')).body.split('\n'));
      expect(names(recorded.metrics)).toEqual(
        expect.arrayContaining(shown.filter((name) => !/_bucket|_size_/.test(name))),
      );
      expect(shown).toContain('caddy_reverse_proxy_upstreams_healthy{upstream}');
    }
  });
});
