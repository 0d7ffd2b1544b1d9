import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { examineClients, type ExaminedClient } from './examine.ts';
import type { Machine } from './places.ts';

const program = fileURLToPath(new URL('../../../dist/lares.js', import.meta.url));

function machineWith(entry: unknown, env: Record<string, string> = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), 'lares-home-'));
  mkdirSync(join(home, '.cursor'));
  const text = typeof entry === 'string' ? entry : JSON.stringify({ mcpServers: { lares: entry } });
  writeFileSync(join(home, '.cursor', 'mcp.json'), text);
  return {
    platform: 'linux',
    home,
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', LARES_STATE_DIR: join(home, 'state'), ...env },
    program: { node: process.execPath, script: program },
  };
}

/** What is said of Cursor, the only client there. */
async function examined(entry: unknown, env: Record<string, string> = {}): Promise<ExaminedClient> {
  const [client, ...others] = await examineClients(machineWith(entry, env), 'lares', undefined);
  expect(others).toEqual([]);
  return client!;
}

it('an entry that starts Lares works, and says which', async () => {
  const client = await examined({ command: process.execPath, args: [program, 'serve'] });
  expect(client).toMatchObject({ client: 'cursor', state: 'works' });
  expect(client.detail).toMatch(/^lares \d+\.\d+\.\d+/);
});

/** A program of that name that does something else. */
function impostor(code: string): string {
  const script = join(mkdtempSync(join(tmpdir(), 'lares-impostor-')), 'lares.js');
  writeFileSync(script, code);
  return script;
}

it.each([
  ['a program that is gone', ['/gone/lares.js'], /\/gone\/lares\.js is not there/],
  [
    'a file of variables that is gone',
    [program, 'serve', '--env', '/gone/homelab.env'],
    /\/gone\/homelab\.env is not there/,
  ],
  [
    'a program that says something else',
    [impostor('console.log("hello")')],
    /something else than MCP/,
  ],
  [
    'a program that ends',
    [impostor('console.error("no such thing"); process.exit(3)')],
    /no such thing/,
  ],
])('%s does not work, and why is said', async (_, args, words) => {
  expect(await examined({ command: process.execPath, args })).toMatchObject({
    state: 'broken',
    detail: expect.stringMatching(words),
  });
});

it('a command that there is not does not work either', async () => {
  expect(await examined({ command: '/gone/lares', args: [] })).toMatchObject({ state: 'broken' });
  expect(await examined({ command: 'lares.cmd', args: [] })).toMatchObject({
    state: 'broken',
    detail: expect.stringMatching(/ENOENT/),
  });
});

it('nor does an address where nobody is', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  const headers = { Authorization: 'Bearer ${env:MCP_LARES_CURSOR_TOKEN}' };
  expect(await examined({ url, headers })).toMatchObject({
    state: 'broken',
    detail: expect.stringMatching(/ECONNREFUSED/),
  });
});

it('an address is asked with the token of the entry, where it is known', async () => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.statusCode = request.headers.authorization === 'Bearer right' ? 200 : 401;
    response.end('{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const entry = { url, headers: { Authorization: 'Bearer ${env:MCP_LARES_CURSOR_TOKEN}' } };
  expect(await examined(entry, { MCP_LARES_CURSOR_TOKEN: 'right' })).toMatchObject({
    state: 'works',
  });
  expect(await examined(entry, { MCP_LARES_CURSOR_TOKEN: 'wrong' })).toMatchObject({
    state: 'broken',
    detail: expect.stringMatching(/does not know the token in MCP_LARES_CURSOR_TOKEN/),
  });
  expect(await examined(entry)).toMatchObject({
    state: 'works',
    detail: expect.stringMatching(/MCP_LARES_CURSOR_TOKEN, which is not set here/),
  });
  expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
});

it.each([
  ['{}', 'none'],
  [{ command: 'npx', args: ['something-else'] }, 'foreign'],
  [{ command: 'rm', args: ['-rf', '/nowhere/lares'] }, 'foreign'],
  [{ command: 'node', args: ['-e', 'process.exit()', 'lares'] }, 'foreign'],
  [{ url: 'https://elsewhere.example.net/mcp' }, 'foreign'],
  ['{ broken', 'unknown'],
] as const)('%j is %s, and is not tried', async (entry, state) => {
  expect(await examined(entry)).toMatchObject({ state });
});

it('a read-only file is read; a client that is not here is not listed', async () => {
  const machine = machineWith('{}');
  chmodSync(join(machine.home, '.cursor', 'mcp.json'), 0o444);
  const present = await examineClients(machine, 'lares', undefined);
  expect(present.map(({ client, state }) => [client, state])).toEqual([['cursor', 'none']]);
});
