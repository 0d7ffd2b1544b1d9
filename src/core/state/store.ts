/** What several replicas hold in common. Every method throws an UnreachableError when the store does not answer in time. */
export interface SharedStore {
  readonly url: string;
  /** Sets a key that is not there yet. True for exactly one of all who try. */
  create(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Sets the time to live of a key anew, if it still has this value. */
  extend(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Removes a key, if it still has this value. */
  remove(key: string, value: string): Promise<void>;
  get(keys: readonly string[]): Promise<(string | null)[]>;
  /** Puts a member into an ordered set, and forgets those whose score is below `oldest`. */
  rank(key: string, member: string, score: number, oldest: number): Promise<void>;
  above(key: string, score: number): Promise<string[]>;
  /** Counts one more; the first of a key starts its time to live, if it has one. */
  count(key: string, ttlMs?: number): Promise<number>;
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, heard: (message: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** The store behind LARES_STATE_URL. Its client is loaded and connected with the first question. */
export function lazyStore(url: string): SharedStore {
  let store: Promise<SharedStore> | undefined;
  const open = (): Promise<SharedStore> =>
    (store ??= import('./redis.ts').then(({ redisStore }) => redisStore(url)));
  return {
    url,
    create: async (...args) => (await open()).create(...args),
    extend: async (...args) => (await open()).extend(...args),
    remove: async (...args) => (await open()).remove(...args),
    get: async (...args) => (await open()).get(...args),
    rank: async (...args) => (await open()).rank(...args),
    above: async (...args) => (await open()).above(...args),
    count: async (...args) => (await open()).count(...args),
    publish: async (...args) => (await open()).publish(...args),
    subscribe: async (...args) => (await open()).subscribe(...args),
    close: async () => (await store)?.close(),
  };
}
