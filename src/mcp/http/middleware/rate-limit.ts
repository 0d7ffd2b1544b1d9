import type { SharedStore } from '../../../core/state/store.ts';

/** Says whether a caller may go on: 0, or the seconds to wait. */
export interface RateLimiter {
  take(caller: string): Promise<number>;
}

/** A bucket for each caller that fills at a steady rate and holds a tenth of a minute's worth at the start of a burst, at least 20. Keeps only callers of the last minute. */
export function tokenBucketLimiter(
  perMinute: number,
  now: () => number = Date.now,
): RateLimiter & { readonly size: number } {
  const buckets = new Map<string, { level: number; at: number }>();
  const depth = Math.max(20, perMinute / 10);
  const sweep = (at: number): void => {
    for (const [caller, bucket] of buckets) {
      if (at - bucket.at < 60_000) break;
      buckets.delete(caller);
    }
  };
  return {
    get size() {
      return buckets.size;
    },
    async take(caller) {
      if (perMinute === 0) return 0;
      const at = now();
      const before = buckets.get(caller) ?? { level: depth, at };
      const level = Math.min(depth, before.level + ((at - before.at) / 60_000) * perMinute);
      const allowed = level >= 1;
      // Set anew, so that the order of the map is that of the last use.
      buckets.delete(caller);
      buckets.set(caller, { level: allowed ? level - 1 : level, at });
      sweep(at);
      return allowed ? 0 : Math.ceil(((1 - level) / perMinute) * 60);
    },
  };
}

/** Counts with all replicas, minute by minute; while they cannot be asked, each counts alone. */
export function sharedLimiter(
  perMinute: number,
  store: () => SharedStore | undefined,
  alone: RateLimiter,
  now: () => number = Date.now,
): RateLimiter {
  return {
    async take(caller) {
      const shared = store();
      if (perMinute === 0 || !shared) return alone.take(caller);
      const minute = Math.floor(now() / 60_000);
      const count = await shared.count(`rate:${minute}:${caller}`, 120_000).catch(() => undefined);
      if (count === undefined) return alone.take(caller);
      return count <= perMinute ? 0 : Math.ceil(((minute + 1) * 60_000 - now()) / 1000);
    },
  };
}
