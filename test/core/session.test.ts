import { describe, expect, test } from 'vitest';
import { UnreachableError, UpstreamError } from '../../src/core/base/errors.ts';
import type { HttpResponse, HttpRequest } from '../../src/core/http/transport.ts';
import { LoginSession, type SessionRecipe } from '../../src/core/http/session.ts';

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
