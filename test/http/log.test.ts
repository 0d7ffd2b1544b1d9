import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { connectTo, httpLab } from './http-lab.ts';
import { caller } from '../harness.ts';

const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));

interface Served {
  url: string;
  secret: string;
  /** What stands on stderr so far, line by line. */
  lines(): Record<string, unknown>[];
}

/** The built program on a port of its own, at one level of logging. */
async function serve(level: string): Promise<Served> {
  const demo = await startDemo({ world: createWorld(), only: ['proxmox'] });
  const child = spawn(process.execPath, [program, 'serve', '--http', '--port', '0'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
      LARES_LOG_LEVEL: level,
      LARES_DEADLINE_MS: '15000',
      ...demo.env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill();
    await demo.close();
  });
  let stderr = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`it ended: ${stderr}`)));
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      const listening = /"url":"(http:\/\/[\d.:]+)\/mcp"/.exec(stderr)?.[1];
      if (listening !== undefined) resolve(listening);
    });
  });
  return {
    url,
    secret: demo.env['PROXMOX_TOKEN_SECRET'] ?? '',
    lines: () =>
      stderr
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

it('requests are counted by the routes there are, and by no path that a stranger makes up', async () => {
  const lab = await httpLab({ only: [] });
  for (const path of ['/healthz', '/approve/AAAAA', '/mcp/made-up', '/.env', '/*'])
    await lab.fetch(path);
  const text = await (
    await lab.fetch('/metrics', { headers: { authorization: `Bearer ${lab.first}` } })
  ).text();
  const routes = [...text.matchAll(/lares_http_request_seconds_count\{route="([^"]+)"/g)];
  expect([...new Set(routes.map(([, route]) => route))].sort()).toEqual([
    '/approve',
    '/healthz',
    '/mcp',
    'other',
  ]);
});

describe('the log on the network', () => {
  it('at debug has a line for each call and each request upstream, and no secret in any', async () => {
    const { url, secret, lines } = await serve('debug');
    const client = await connectTo(url, undefined, '2026-07-28');
    await caller(client)('list_guests');
    await caller(client)('node_status', { node: secret });
    await client.close();
    const kinds = (): unknown[] => lines().map(({ msg }) => msg);
    await expect.poll(() => kinds().filter((kind) => kind === 'call').length).toBe(2);
    expect(kinds()).toContain('upstream');
    expect(lines().find(({ msg }) => msg === 'call')).toMatchObject({
      level: 'debug',
      tool: 'list_guests',
      outcome: 'ok',
      ms: expect.any(Number),
    });
    expect(secret.length).toBeGreaterThan(20);
    expect(JSON.stringify(lines())).not.toContain(secret);
  });

  it.each(['info', 'warning', 'nonsense'])(
    'at %s serves, and logs requests to itself but nothing of what they cause',
    async (level) => {
      const { url, lines } = await serve(level);
      const client = await connectTo(url, undefined, '2026-07-28');
      expect((await caller(client)('list_guests')).isError).toBe(false);
      await client.close();
      await expect
        .poll(() => lines().map(({ msg }) => msg))
        .toEqual(expect.arrayContaining(['POST /mcp 200']));
      expect(lines().filter(({ level: severity }) => severity === 'debug')).toEqual([]);
    },
  );
});
