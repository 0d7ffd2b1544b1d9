import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemo, type Demo } from '../../src/demo/start.ts';
import { caller, eras } from '../harness.ts';
import { connectTo } from '../http/http-lab.ts';
import { freePort, installed, lacks, run, until, type Running } from './process.ts';

const redis = installed('valkey-server', 'redis-server');
const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));
const restart = { vmid: 30062 };
const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Replica {
  url: string;
  envFile: string;
  state: string;
  child: ChildProcess;
}

interface Pair {
  demo: Demo;
  replicas: [Replica, Replica];
  token: string;
  operator: string;
  redis: { port: number; start(): Promise<Running> };
  folder: string;
}

/** A real Redis or Valkey, and two real processes that share it: one token file, one key, a state folder each. */
async function pair(env: Record<string, string>): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const start = async (): Promise<Running> => {
    const server = run(String(redis), [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ]);
    ends.push(() => server.stop());
    await until(
      'redis',
      async () => server.output(),
      (output) => output.includes('Ready to accept connections'),
    );
    return server;
  };
  const demo = await startDemo({ only: ['proxmox', 'pihole'] });
  ends.push(() => demo.close());
  writeFileSync(join(folder, 'seal.key'), 'k'.repeat(64));
  const common = {
    ...demo.env,
    PROXMOX_POLL_MS: '1',
    LARES_TOKENS_FILE: join(folder, 'tokens.json'),
    LARES_SEAL_KEY_FILE: join(folder, 'seal.key'),
    LARES_STATE_URL: `redis://127.0.0.1:${port}`,
    ...env,
  };
  const add = async (name: string, scope: string): Promise<string> =>
    (
      JSON.parse(await lares(['token', 'add', name, '--scope', scope, '--json'], common)) as {
        token: string;
      }
    ).token;
  const [token, operator] = [await add('laptop', 'write'), await add('operator', 'approve')];
  return {
    demo,
    token,
    operator,
    folder,
    redis: { port, start },
    replicas: [await replica('a', folder, common), await replica('b', folder, common)],
  };
}

async function lares(args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  await once(child, 'exit');
  return out;
}

async function replica(
  name: string,
  folder: string,
  env: Record<string, string>,
): Promise<Replica> {
  const [port, state, envFile] = [
    await freePort(),
    join(folder, name),
    join(folder, `${name}.env`),
  ];
  writeFileSync(
    envFile,
    Object.entries({ ...env, LARES_STATE_DIR: state })
      .map(([key, value]) => `${key}='${value}'`)
      .join('\n'),
  );
  const child = spawn(
    process.execPath,
    [program, 'serve', '--http', '--port', String(port), '--env-file', envFile],
    { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  child.stderr?.resume();
  ends.push(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const url = `http://127.0.0.1:${port}`;
  await until(
    name,
    async () => (await fetch(`${url}/healthz`)).status,
    (status) => status === 200,
  );
  return { url, envFile, state, child };
}

async function client(
  { url }: Replica,
  token: string,
  era: (typeof eras)[number] = '2026-07-28',
): Promise<Client> {
  const made = await connectTo(url, token, era);
  ends.push(() => made.close());
  return made;
}
const journalOf = ({ state }: Replica): { event: string; order?: number | null }[] =>
  readFileSync(join(state, 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; order?: number });
const writes = ({ demo }: Pair): unknown[] =>
  demo.fakes.get('proxmox')?.servers.flatMap((server) => server.writes()) ?? [];

describe.skipIf(lacks('two replicas', { redis }))('two replicas that share a Redis', () => {
  it('a code that was used on one is used on the other, and the journals have one order', async () => {
    const both = await pair({ LARES_WRITES: 'sealed' });
    const [a, b] = both.replicas;
    await both.redis.start();
    const [one, two] = [caller(await client(a, both.token)), caller(await client(b, both.token))];
    await until(
      'the connection',
      () => one('guest_restart', restart),
      ({ isError, data }) => !isError && !JSON.stringify(data.warnings ?? []).includes('cannot'),
    );
    const code = (await one('guest_restart', restart)).data.code as string;
    const both1 = await Promise.all([
      one('guest_restart', { ...restart, confirm: code }),
      two('guest_restart', { ...restart, confirm: code }),
    ]);
    expect(both1.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(both1.find(({ isError }) => isError)?.text).toMatch(/used already|changed since/);
    expect((await two('guest_restart', { ...restart, confirm: code })).text).toMatch(
      /used already|changed since/,
    );
    expect(writes(both)).toHaveLength(1);
    const orders = [...journalOf(a), ...journalOf(b)]
      .map(({ order }) => order)
      .filter((order) => order !== undefined);
    expect(new Set(orders).size).toBe(orders.length);
  });

  it('what waits on one is approved on the other, and not by somebody who can write to Redis', async () => {
    const both = await pair({ LARES_WRITES: 'human' });
    await both.redis.start();
    const [a, b] = both.replicas;
    const [one, two] = [caller(await client(a, both.token)), caller(await client(b, both.token))];
    const asked = await until(
      'a pending write',
      () => one('guest_restart', restart),
      ({ data }) => data?.outcome === 'waiting',
    );
    const code = asked.data.code as string;
    const { createClient } = await import('@redis/client');
    const intruder = await createClient({ url: `redis://127.0.0.1:${both.redis.port}` }).connect();
    const [pending] = await intruder.keys('lares:pending:*');
    const forged = String(pending).replace('pending', 'answer');
    await intruder.set(
      forged,
      JSON.stringify({
        body: { approved: true, by: 'me', how: 'redis', at: Date.now() },
        mac: 'A'.repeat(64),
      }),
    );
    expect((await two('guest_restart', { ...restart, confirm: code })).data.outcome).toBe(
      'waiting',
    );
    await intruder.del(forged);
    intruder.destroy();
    const form =
      /name="form"\s+value="([^"]+)"/.exec(
        await (await fetch(`${b.url}/approve/${code}`)).text(),
      )?.[1] ?? '';
    expect(
      (
        await fetch(`${b.url}/approve/${code}`, {
          method: 'POST',
          body: new URLSearchParams({ form, token: both.operator, answer: 'approve' }),
        })
      ).status,
    ).toBe(200);
    expect((await one('guest_restart', { ...restart, confirm: code })).data).toMatchObject({
      outcome: 'done',
      approvedBy: 'operator',
    });
    expect(writes(both)).toHaveLength(1);
  });

  it.each(eras)('a change announced on one reaches a client of the other (%s)', async (era) => {
    const both = await pair({});
    await both.redis.start();
    const [a, b] = both.replicas;
    const listener = await client(b, both.token, era);
    let heard = 0;
    listener.setNotificationHandler('notifications/tools/list_changed', () => {
      heard++;
    });
    if (era === '2026-07-28') await listener.listen({ toolsListChanged: true });
    await until(
      'the replicas hear each other',
      async () => {
        a.child.kill('SIGHUP');
        return heard;
      },
      (count) => count > 0,
    );
  });

  it('without it nothing is written, reads go on, and it heals by itself', async () => {
    const both = await pair({ LARES_WRITES: 'confirm' });
    const server = await both.redis.start();
    const [a] = both.replicas;
    const call = caller(await client(a, both.token));
    await until(
      'a preview',
      () => call('guest_restart', restart),
      ({ data }) =>
        data?.outcome === 'preview' &&
        !JSON.stringify(data.warnings).includes('cannot be done now'),
    );
    await server.stop();
    expect((await call('list_guests')).isError).toBe(false);
    const refused = await call('guest_restart', { ...restart, confirm: true });
    expect([refused.isError, refused.text]).toEqual([
      true,
      expect.stringMatching(
        /lock of proxmox\/default cannot be written: The shared state does not answer.*nothing was done/i,
      ),
    ]);
    expect(writes(both)).toEqual([]);
    expect(await (await fetch(`${a.url}/readyz`)).json()).toEqual({
      ready: true,
      limits: ['the shared state does not answer: reads only'],
    });
    await both.redis.start();
    expect(
      (
        await until(
          'it heals',
          () => call('guest_restart', { ...restart, confirm: true }),
          ({ isError }) => !isError,
        )
      ).data.outcome,
    ).toBe('done');
    expect(writes(both)).toHaveLength(1);
  });

  it('count requests together', async () => {
    const both = await pair({ LARES_RATE_PER_MINUTE: '30' });
    await both.redis.start();
    const ask = async ({ url }: Replica): Promise<number> =>
      (
        await fetch(`${url}/mcp`, {
          method: 'POST',
          headers: { authorization: `Bearer ${both.token}`, 'content-type': 'application/json' },
          body: '7',
        })
      ).status;
    await until(
      'the store',
      async () => (await (await fetch(`${both.replicas[0].url}/readyz`)).json()) as object,
      (said) => !('limits' in said),
    );
    await until(
      'the store',
      async () => (await (await fetch(`${both.replicas[1].url}/readyz`)).json()) as object,
      (said) => !('limits' in said),
    );
    const statuses = await Promise.all(
      Array.from({ length: 140 }, (_, i) => ask(both.replicas[i % 2 === 0 ? 0 : 1])),
    );
    const allowed = statuses.filter((status) => status === 400).length;
    // Two minutes may meet in the middle.
    expect([
      allowed >= 30,
      allowed <= 60,
      statuses.every((status) => status === 400 || status === 429),
    ]).toEqual([true, true, true]);
  });
});
