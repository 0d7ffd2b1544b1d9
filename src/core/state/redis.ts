import { createClient } from '@redis/client';
import { UnreachableError } from '../base/errors.ts';
import type { SharedStore } from './store.ts';

const patienceMs = 2_000;
const prefix = 'lares:';

/** Looked at and changed in one step: between two, a key may end and be somebody else's. */
const extendIfSame =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end";
const removeIfSame =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

/** Redis or Valkey. A lost connection is taken up again in the background; meanwhile every question fails at once, so that nobody waits and nothing is queued to happen later. */
export function redisStore(url: string): SharedStore {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: patienceMs,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 2_000),
    },
  });
  const listener = client.duplicate();
  for (const connection of [client, listener]) connection.on('error', () => undefined);
  const connected = client.connect();
  connected.catch(() => undefined);
  let listening: Promise<unknown> | undefined;
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${patienceMs / 1000} s`)),
        patienceMs,
      );
    });
    try {
      return await Promise.race([client.isReady ? question() : connected.then(question), late]);
    } catch (cause) {
      throw new UnreachableError(
        `The shared state does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
          hint: 'Is the server of LARES_STATE_URL running? Reads go on without it; writes do not.',
        },
      );
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    url,
    create: (key, value, ttlMs) =>
      ask(
        async () =>
          (await client.set(prefix + key, value, {
            condition: 'NX',
            expiration: { type: 'PX', value: Math.max(1, Math.ceil(ttlMs)) },
          })) === 'OK',
      ),
    extend: (key, value, ttlMs) =>
      ask(
        async () =>
          (await client.eval(extendIfSame, {
            keys: [prefix + key],
            arguments: [value, String(Math.max(1, Math.ceil(ttlMs)))],
          })) === 1,
      ),
    remove: (key, value) =>
      ask(async () => {
        await client.eval(removeIfSame, { keys: [prefix + key], arguments: [value] });
      }),
    get: (keys) =>
      ask(async () => (keys.length === 0 ? [] : client.mGet(keys.map((key) => prefix + key)))),
    rank: (key, member, score, oldest) =>
      ask(async () => {
        await client
          .multi()
          .zAdd(prefix + key, { score, value: member })
          .zRemRangeByScore(prefix + key, '-inf', oldest)
          .exec();
      }),
    above: (key, score) => ask(() => client.zRangeByScore(prefix + key, `(${score}`, '+inf')),
    count: (key, ttlMs) =>
      ask(async () => {
        const counting = client.multi().incr(prefix + key);
        const [count] = await (
          ttlMs === undefined ? counting : counting.pExpire(prefix + key, ttlMs, 'NX')
        ).exec();
        return Number(count);
      }),
    publish: (channel, message) =>
      ask(async () => {
        await client.publish(prefix + channel, message);
      }),
    async subscribe(channel, heard) {
      listening ??= listener.connect();
      await listening;
      await listener.subscribe(prefix + channel, heard);
    },
    async close() {
      for (const connection of [client, listener]) if (connection.isOpen) connection.destroy();
    },
  };
}
