import { mkdtempSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UnreachableError, UpstreamError } from '../../src/core/base/errors.ts';
import type { HttpResponse, HttpRequest } from '../../src/core/http/transport.ts';
import {
  LoginSession,
  type SessionKeeper,
  type SessionRecipe,
} from '../../src/core/http/session.ts';
import { sessionPlace } from '../../src/core/state/session-places.ts';

const answer = (status: number): HttpResponse => ({ status, reason: '', headers: {}, text: '' });
const alive = (): AbortSignal => new AbortController().signal;
const get: HttpRequest = { method: 'GET', target: '/things' };

/** A server that knows its sessions, and a client session on it. */
function server(options: Partial<SessionRecipe> = {}) {
  const known = new Set<string>();
  const log: string[] = [];
  let made = 0;
  const recipe: SessionRecipe = {
    login: async () => {
      const sid = `s${++made}`;
      log.push(`login ${sid}`);
      known.add(sid);
      return { sid };
    },
    logout: async (_, { sid = '' }) => {
      log.push(`logout ${sid}`);
      known.delete(sid);
    },
    ...options,
  };
  const session = new LoginSession(recipe, {}, async () => answer(200));
  const exchange = async ({ headers = {} }: HttpRequest): Promise<HttpResponse> => {
    log.push(`get ${headers['sid'] ?? 'bare'}`);
    return answer(known.has(headers['sid'] ?? '') ? 200 : 401);
  };
  const ask = async (signal = alive()): Promise<number> =>
    (await session.send(get, exchange, signal)).status;
  return { known, log, session, ask, exchange };
}

describe('logging in', () => {
  test('happens once, whoever asks first, and lasts', async () => {
    const { ask, log } = server();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
    await ask();
    expect(log.filter((line) => line.startsWith('login'))).toEqual(['login s1']);
  });

  test('happens again once after a 401, once for all who meet it', async () => {
    const { ask, log, known } = server();
    await ask();
    known.clear();
    expect(await Promise.all([ask(), ask()])).toEqual([200, 200]);
    expect(log.filter((line) => line.startsWith('login'))).toEqual(['login s1', 'login s2']);
  });

  test('is not repeated when the new session is refused as well', async () => {
    const { session, log } = server();
    const refused = await session.send(get, async () => answer(401), alive());
    expect(refused.status).toBe(401);
    expect(log).toEqual(['login s1', 'login s2']);
  });

  test('that is refused is told, and held: many requests are one attempt', async () => {
    let tries = 0;
    const refuse = async (): Promise<never> => {
      tries++;
      throw new UpstreamError('POST /auth: 401 wrong password', 401);
    };
    const held = server({ login: refuse, holdMs: 60_000 });
    for (const _ of [1, 2, 3]) await expect(held.ask()).rejects.toThrow('wrong password');
    expect(tries).toBe(1);
    const eager = server({ login: refuse });
    for (const _ of [1, 2]) await expect(eager.ask()).rejects.toThrow('wrong password');
    expect(tries).toBe(3);
  });

  test('that met a dead server is not held', async () => {
    let tries = 0;
    const { ask } = server({
      holdMs: 60_000,
      login: async () => {
        if (++tries === 1) throw new UnreachableError('refused');
        return { sid: 'none' };
      },
    });
    await expect(ask()).rejects.toThrow('refused');
    expect(await ask()).toBe(401);
    expect(tries).toBeGreaterThan(1);
  });

  test('goes on when the caller leaves, and the next caller has it', async () => {
    let open = (_: Record<string, string>): void => undefined;
    const { session, known, exchange } = server({
      login: () =>
        new Promise((resolve) => {
          open = resolve;
        }),
    });
    const caller = new AbortController();
    const waiting = session.send(get, exchange, caller.signal);
    caller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    known.add('late');
    open({ sid: 'late' });
    expect((await session.send(get, exchange, alive())).status).toBe(200);
  });
});

test('a server that is still loading its sessions is asked once more before a new one is made', async () => {
  const { session, log, exchange } = server({ graceMs: 1 });
  let asked = 0;
  const status = async (): Promise<number> =>
    (
      await session.send(
        get,
        async (message) => (++asked === 1 ? answer(401) : exchange(message)),
        alive(),
      )
    ).status;
  expect(await status()).toBe(200);
  expect(log).toEqual(['login s1', 'get s1']);
});

describe('the end', () => {
  test('gives the session back, once', async () => {
    const { ask, session, known, log } = server();
    await ask();
    await session.close();
    await session.close();
    expect(log.at(-1)).toBe('logout s1');
    expect(known.size).toBe(0);
    expect(log.filter((line) => line.startsWith('logout'))).toHaveLength(1);
  });

  test('waits for a login that is under way, gives that back too, and starts no other', async () => {
    let open = (_: Record<string, string>): void => undefined;
    const { session, ask, log } = server({
      login: () =>
        new Promise((resolve) => {
          open = resolve;
        }),
    });
    const asking = ask();
    const closing = session.close();
    open({ sid: 'late' });
    await closing;
    expect(log).toContain('logout late');
    await expect(asking).rejects.toThrow('shutting down');
    await expect(ask()).rejects.toThrow('shutting down');
  });

  test('has nothing to give back where there was no session, or none was needed', async () => {
    const { session, log } = server({ login: async () => ({}) });
    await session.close();
    const free = server({ login: async () => ({}) });
    await free.session.send(get, async () => answer(200), alive());
    await free.session.close();
    expect([...log, ...free.log]).toEqual([]);
  });
});

describe('a session that is kept', () => {
  /** One process after another, each with the same place, on one server. */
  function processes() {
    const folder = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'sessions');
    const known = new Set<string>();
    const log: string[] = [];
    let made = 0;
    const recipe: SessionRecipe = {
      kept: true,
      login: async () => {
        const sid = `s${++made}`;
        known.add(sid);
        log.push(`login ${sid}`);
        return { sid };
      },
      logout: async (_, { sid = '' }) => {
        known.delete(sid);
        log.push(`logout ${sid}`);
      },
    };
    const exchange = async ({ headers = {} }: HttpRequest): Promise<HttpResponse> =>
      answer(known.has(headers['sid'] ?? '') ? 200 : 401);
    const start = (place: SessionKeeper = sessionPlace(folder, 'pihole/dns1 http://a')) => {
      const session = new LoginSession(recipe, {}, async () => answer(200), place);
      return {
        ask: async () => (await session.send(get, exchange, alive())).status,
        close: () => session.close(),
      };
    };
    /** As a process that is killed leaves it: its number is nobody's any more. */
    const kill = (): void => {
      for (const file of readdirSync(folder))
        renameSync(join(folder, file), join(folder, file.replace(/\.\d+-/, '.999999999-')));
    };
    return { folder, known, log, start, kill };
  }

  test('is taken up by the next process when the one before was killed', async () => {
    const { folder, log, start, kill, known } = processes();
    await start().ask();
    kill();
    const next = start();
    expect(await next.ask()).toBe(200);
    expect(log).toEqual(['login s1']);
    await next.close();
    expect([log, known.size, readdirSync(folder)]).toEqual([['login s1', 'logout s1'], 0, []]);
  });

  test('has one holder: processes that live have one each', async () => {
    const { log, start, folder } = processes();
    const [one, two] = [start(), start()];
    await one.ask();
    await two.ask();
    expect(log).toEqual(['login s1', 'login s2']);
    await one.close();
    expect(await two.ask()).toBe(200);
    await two.close();
    expect([log.slice(2), readdirSync(folder)]).toEqual([['logout s1', 'logout s2'], []]);
  });

  test('a hundred killed ones leave one behind', async () => {
    const { start, kill, known, folder } = processes();
    for (let i = 0; i < 100; i++) {
      await start().ask();
      kill();
    }
    expect([known.size, readdirSync(folder).length]).toEqual([1, 1]);
  });

  test('that is over meanwhile is replaced', async () => {
    const { start, kill, known, log, folder } = processes();
    await start().ask();
    kill();
    known.clear();
    expect(await start().ask()).toBe(200);
    expect([log, readdirSync(folder).length]).toEqual([['login s1', 'login s2'], 1]);
  });

  test('is shown to no other address, and is private', async () => {
    const { start, kill, log, folder } = processes();
    await start().ask();
    const [file = ''] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    kill();
    await start(sessionPlace(folder, 'pihole/dns1 http://b')).ask();
    expect(log).toEqual(['login s1', 'login s2']);
  });

  test('a folder that cannot be used costs nothing but the keeping', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'file');
    writeFileSync(blocked, '');
    const { start } = processes();
    const session = start(sessionPlace(join(blocked, 'sessions'), 'x'));
    expect(await session.ask()).toBe(200);
    await session.close();
  });
});
