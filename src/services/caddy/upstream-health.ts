import type { Metrics } from './metrics.ts';
import type { Upstreams } from './schema/index.ts';
import type { Site } from './sites.ts';
import type { Upstream } from './upstreams.ts';

/** `unchecked`: Caddy does not look after it, so it cannot know. `unknown`: it should, but has not said yet, or may not say. From good to bad. */
export const healths = ['up', 'unchecked', 'unknown', 'down'] as const;
export type Health = (typeof healths)[number];

/** The worst of several opinions on one upstream; of none, `unknown`. */
export const worstHealth = (opinions: readonly Health[]): Health =>
  healths.findLast((health) => opinions.includes(health)) ?? 'unknown';

/** A health, and the reason for it in words; empty for `up`. */
export interface HealthOpinion {
  health: Health;
  why: string;
}

/** What one instance says of its upstreams besides its config; a part that could not be read is undefined. */
export interface Observation {
  upstreams: Upstreams | undefined;
  metrics: Metrics | undefined;
}

/** The health of an upstream as one instance sees it. */
export const healthOf = (
  { address }: Upstream,
  sites: readonly Site[],
  observation: Observation,
): HealthOpinion => opinionOn(address, usesByAddress(sites).get(address) ?? [], observation);

/** The health of every upstream of an instance, by its address. */
export function healthsOf(
  sites: readonly Site[],
  observation: Observation,
): ReadonlyMap<string, HealthOpinion> {
  return new Map(
    [...usesByAddress(sites)].map(([address, uses]) => [
      address,
      opinionOn(address, uses, observation),
    ]),
  );
}

function usesByAddress(sites: readonly Site[]): Map<string, Upstream[]> {
  const uses = new Map<string, Upstream[]>();
  for (const { rules } of sites)
    for (const { upstreams } of rules)
      for (const upstream of upstreams) {
        const known = uses.get(upstream.address);
        if (known) known.push(upstream);
        else uses.set(upstream.address, [upstream]);
      }
  return uses;
}

/**
 * GET /reverse_proxy/upstreams counts passive failures only; the gauge knows both checks,
 * is 1 for whatever nobody checks, and is one for all sites that share an address: then only its 0 means something.
 */
function opinionOn(
  address: string,
  uses: readonly Upstream[],
  { upstreams, metrics }: Observation,
): HealthOpinion {
  const fails = upstreams?.find((upstream) => upstream.address === address)?.fails;
  const enough = Math.min(...uses.map(({ maxFails = Infinity }) => maxFails));
  if (fails !== undefined && fails >= enough)
    return { health: 'down', why: `${fails} failed requests within fail_duration` };
  const gauge = metrics
    ?.get('caddy_reverse_proxy_upstreams_healthy')
    ?.find(({ labels }) => labels['upstream'] === address)?.value;
  if (gauge === 0)
    return {
      health: 'down',
      why: uses.some(({ active }) => active) ? 'fails its health check' : 'requests to it fail',
    };
  if (uses.some(({ isDynamic }) => isDynamic))
    return { health: 'unchecked', why: 'its addresses are looked up at each request' };
  if (uses.some(({ active, maxFails }) => !active && maxFails === undefined))
    return { health: 'unchecked', why: 'no health check is configured' };
  if (gauge === 1) return { health: 'up', why: '' };
  return {
    health: 'unknown',
    why: metrics
      ? 'Caddy has not said yet (it takes 10 s after a reload)'
      : 'its metrics cannot be read',
  };
}
