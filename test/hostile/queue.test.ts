import { existsSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UnreachableError, UpstreamError } from '../../src/core/base/errors.ts';
import { retryOnce } from '../../src/core/base/retry-once.ts';
import { ownWritesOn } from '../../src/core/gate/own-writes.ts';
import { WriteQueue } from '../../src/core/gate/write-queue.ts';
import type { Runtime } from '../../src/core/runtime.ts';
import { folderLocks, storeLocks } from '../../src/core/state/held-locks.ts';
import { thisProcess } from '../../src/core/state/process-id.ts';
import type { SharedStore } from '../../src/core/state/store.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import { lab } from '../harness.ts';
import { callToy, toyRuntime, toyServer, type ToyState } from '../toy.ts';
import { otherLares } from './processes.ts';

/** A toy whose writes take a while, and that counts how many are under way at once. */
async function scene(): Promise<{
  env: Record<string, string>;
  server: Loopback & ToyState;
  most: () => number;
  runtime: () => Runtime;
}> {
  const server = await toyServer();
  for (const name of ['gate', 'roof', 'yard']) server.lamps.set(name, false);
  const env = {
    TOY_URL: server.url,
    TOY_TIMEOUT_MS: '60000',
    LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    LARES_WRITES: 'confirm',
  };
  let most = 0;
  server.latencyMs = 60;
  const counting = setInterval(() => {
    most = Math.max(most, server.open);
  }, 5);
  const runtimes: Runtime[] = [];
  onTestFinished(async () => {
    clearInterval(counting);
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await server.close();
  });
  return {
    env,
    server,
    most: () => most,
    runtime: () => {
      const runtime = toyRuntime(env);
      runtimes.push(runtime);
      return runtime;
    },
  };
}
const lamps = ['door', 'gate', 'roof', 'yard'];
const turnOn = (runtime: Runtime, name: string, more = {}): ReturnType<typeof callToy> =>
  callToy(runtime, 'turn_lamp', { name, on: true, confirm: true }, more);
const lockFile = (env: Record<string, string>): string =>
  join(env['LARES_STATE_DIR'] ?? '', 'writes', 'toy.default.lock');

describe('writes on one instance', () => {
  it('come after one another in one process, and all succeed', async () => {
    const { server, most, runtime, env } = await scene();
    const one = runtime();
    const outcomes = await Promise.all(lamps.map((name) => turnOn(one, name)));
    expect(outcomes.map(({ data }) => data['outcome'])).toEqual(lamps.map(() => 'done'));
    expect(lamps.map((name) => server.lamps.get(name))).toEqual(lamps.map(() => true));
    expect(most()).toBe(1);
    const events = one.journal.read().entries.map(({ event }) => event);
    expect(events).toEqual(lamps.flatMap(() => ['started', 'finished']));
    expect(existsSync(lockFile(env))).toBe(false);
  });

  it('come after one another from several processes', async () => {
    const { server, most, env } = await scene();
    const others = await Promise.all(
      lamps.map((name) => otherLares(env, { name, on: true, confirm: true })),
    );
    for (const other of others) other.go();
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    expect(outcomes.map((data) => data?.['outcome'])).toEqual(lamps.map(() => 'done'));
    expect(lamps.map((name) => server.lamps.get(name))).toEqual(lamps.map(() => true));
    expect(most()).toBe(1);
  });

  it('do not wait for one whose process was killed', async () => {
    const { env, runtime } = await scene();
    const other = await otherLares(
      { ...env, HOSTILE_KILL: 'before finished' },
      { name: 'gate', on: true, confirm: true },
    );
    other.go();
    expect(await other.ended).toBe('SIGKILL');
    expect(existsSync(lockFile(env))).toBe(true);
    expect((await turnOn(runtime(), 'door')).data['outcome']).toBe('done');
  });

  it('say why they wait, and a preview waits for nobody', async () => {
    const { env, runtime } = await scene();
    const one = runtime();
    const release = await folderLocks(join(env['LARES_STATE_DIR'] ?? '', 'writes')).tryTake(
      'toy.default',
    );
    const heard: string[] = [];
    const cancel = new AbortController();
    const waiting = turnOn(one, 'door', {
      signal: cancel.signal,
      progress: (message: string) => heard.push(message),
    });
    expect((await callToy(one, 'turn_lamp', { name: 'gate', on: true })).data['outcome']).toBe(
      'preview',
    );
    await expect.poll(() => heard).toEqual([expect.stringContaining('waiting for it')]);
    cancel.abort();
    await expect(waiting).rejects.toThrow();
    await release?.();
    expect((await turnOn(one, 'door')).data['outcome']).toBe('done');
  });

  it('are planned when those before them have ended', async () => {
    const { env, server, runtime } = await scene();
    const one = runtime();
    const release = await folderLocks(join(env['LARES_STATE_DIR'] ?? '', 'writes')).tryTake(
      'toy.default',
    );
    const waiting = turnOn(one, 'door');
    server.lamps.set('door', true);
    await release?.();
    expect((await waiting).data['outcome']).toBe('already');
    expect(server.writes()).toEqual([]);
  });

  it('are refused when the wait is too long, and nothing is done', async () => {
    const locks = folderLocks(mkdtempSync(join(tmpdir(), 'lares-test-')));
    const queue = new WriteQueue(locks, 50);
    const call = { signal: new AbortController().signal, progress: () => undefined };
    const turn = await queue.enter(['toy/a'], call);
    await expect(queue.enter(['toy/b', 'toy/a'], call)).rejects.toThrow(
      /^Another write has been carried out on toy\/a for more than/,
    );
    await (await queue.enter(['toy/b'], call)).leave();
    await turn.leave();
    await (await queue.enter(['toy/a', 'toy/b'], call)).leave();
  });
});

describe('a lock that is held', () => {
  const beat = { everyMs: 5, staleMs: 60 };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });

  it('of a process that cannot be seen is respected for as long as it beats', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const locks = folderLocks(folder, beat);
    const file = join(folder, 'x.lock');
    const holder = (n: number): void =>
      writeFileSync(
        file,
        JSON.stringify({ ...thisProcess(), host: 'elsewhere', token: 't', beat: n }),
      );
    for (let n = 0; n < 6; n++) {
      holder(n);
      expect(await locks.tryTake('x')).toBeUndefined();
      await pause(25);
    }
    const gone = performance.now() + 5_000;
    let release = await locks.tryTake('x');
    while (!release && performance.now() < gone) {
      await pause(10);
      release = await locks.tryTake('x');
    }
    expect(release).toBeDefined();
    await release?.();
  });

  it('beats, and is given back by its holder only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const locks = folderLocks(folder, beat);
    const release = await locks.tryTake('x');
    await pause(100);
    expect(await locks.tryTake('x')).toBeUndefined();
    writeFileSync(join(folder, 'x.lock'), JSON.stringify({ ...thisProcess(), token: 'other' }));
    await release?.();
    expect(await locks.tryTake('x')).toBeUndefined();
  });

  it('sweeps what a killed process left in its folder, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const old = (name: string): void => {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), 1, 1);
    };
    for (const name of ['x.lock.0123456789ab', 'y.lock.0123456789ab', 'x.lock.notes']) old(name);
    writeFileSync(join(folder, 'x.lock.ba9876543210'), '');
    await (
      await folderLocks(folder, beat).tryTake('x')
    )?.();
    expect(readdirSync(folder).sort()).toEqual([
      'x.lock.ba9876543210',
      'x.lock.notes',
      'y.lock.0123456789ab',
    ]);
  });

  it('in a store ends by itself when nobody renews it, and is renewed while it is held', async () => {
    const values = new Map<string, { value: string; until: number }>();
    const current = (key: string): string | undefined => {
      const entry = values.get(key);
      return entry && entry.until > performance.now() ? entry.value : undefined;
    };
    const store = {
      create: async (key: string, value: string, ttlMs: number) => {
        if (current(key) !== undefined) return false;
        values.set(key, { value, until: performance.now() + ttlMs });
        return true;
      },
      extend: async (key: string, value: string, ttlMs: number) => {
        if (current(key) !== value) return false;
        values.set(key, { value, until: performance.now() + ttlMs });
        return true;
      },
      remove: async (key: string, value: string) => {
        if (current(key) === value) values.delete(key);
      },
    } as Partial<SharedStore> as SharedStore;
    const locks = storeLocks(store, { everyMs: 10, staleMs: 80 });
    const release = await locks.tryTake('x');
    await pause(160);
    expect(await locks.tryTake('x')).toBeUndefined();
    await release?.();
    const next = await locks.tryTake('x');
    expect(next).toBeDefined();
    await next?.();
    await store.create('lock:x', 'of one that died', 40);
    await expect.poll(() => locks.tryTake('x')).toBeDefined();
  });
});

describe('a write of Lares itself', () => {
  it('is known to a check-up while it runs, in any process, and for moments after', async () => {
    const { env, server, runtime } = await scene();
    const [one, other] = [runtime(), runtime()];
    const known = (): unknown[] =>
      ownWritesOn('toy/default', other.gate).map(({ tool, summary, ended }) => [
        tool,
        summary,
        ended !== undefined,
      ]);
    expect(known()).toEqual([]);
    const writer = await otherLares(
      { ...env, HOSTILE_PAUSE: 'finished' },
      { name: 'gate', on: true, confirm: true },
    );
    writer.go();
    await writer.paused;
    expect(known()).toEqual([['turn_lamp', 'turn gate on', false]]);
    expect(ownWritesOn('toy/another', other.gate)).toEqual([]);
    writer.go();
    expect((await writer.outcome)?.['outcome']).toBe('done');
    expect(known()).toEqual([['turn_lamp', 'turn gate on', true]]);
    Object.assign(other.gate, { now: () => Date.now() + 60_000 });
    expect(known()).toEqual([]);
    expect((await turnOn(one, 'door')).data['outcome']).toBe('done');
    expect(server.writes()).toHaveLength(2);
  });
});

describe('on a pair of Pi-holes', () => {
  it('two aliases in one turn are both added, on both', async () => {
    const { call } = await lab({ only: ['pihole'] });
    const aliases = ['one.lab.example.net', 'two.lab.example.net'];
    const answers = await Promise.all(
      aliases.map((domain) =>
        call('dns_add_record', { domain, target: 'nas1.lab.example.net', confirm: true }),
      ),
    );
    expect(answers.map(({ data, text }) => [data?.outcome, text])).toEqual(
      aliases.map(() => ['done', expect.stringMatching(/^Done: /)]),
    );
  });
});

describe('asking once more', () => {
  const soon = new AbortController().signal;
  const refusal = new UnreachableError('connection refused');
  it.each([
    ['a refused connection', refusal, 2],
    ['a gateway', new UpstreamError('502', 502), 2],
    ['what is starting', new UpstreamError('503', 503), 2],
    ['a time-out of our own', new UnreachableError('late', { timedOut: true }), 1],
    ['a refusal', new UpstreamError('403', 403), 1],
    ['a fault', new UpstreamError('500', 500), 1],
  ])('%s', async (_, error, times) => {
    let asked = 0;
    const ask = async (): Promise<string> => {
      if (++asked === 1) throw error;
      return 'answer';
    };
    const outcome = await retryOnce(ask, soon, 1).catch((failure: unknown) => failure);
    expect([outcome, asked]).toEqual([times === 2 ? 'answer' : error, times]);
  });

  it('ends where there is no time left, with what was first', async () => {
    const cancel = new AbortController();
    const asking = retryOnce(() => Promise.reject(refusal), cancel.signal, 60_000);
    cancel.abort();
    await expect(asking).rejects.toBe(refusal);
  });
});
