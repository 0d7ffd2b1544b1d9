import { answers, type ProxyNode, type ProxySite } from '../../../demo/world/proxy.ts';
import { second } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { dialOf } from './config.ts';

/** Requests by how they ended. */
export interface Count {
  ok: number;
  upstreamErrors: number;
  proxyErrors: number;
}

/** What one Caddy has counted since it loaded its config. Time passes between two scrapes, a second at the least. */
export class Counters {
  readonly #counts = new Map<string, Count>();
  readonly #world: World;
  readonly #node: ProxyNode;
  #loadedAt = Number.NaN;
  #counted = 0;

  constructor(world: World, node: ProxyNode) {
    this.#world = world;
    this.#node = node;
  }

  /** Counts up to now. A reload starts again from nothing (2.9 and newer). */
  scrape(): ReadonlyMap<string, Count> {
    const { loadedAt, sites } = this.#node;
    const now = this.#world.now();
    if (loadedAt !== this.#loadedAt) {
      this.#counts.clear();
      for (const { host, requestsPerSecond, pastFailures } of sites)
        this.#add(host, {
          ok: (requestsPerSecond * Math.max(0, now - loadedAt)) / second,
          upstreamErrors: 0,
          proxyErrors: pastFailures,
        });
      this.#loadedAt = loadedAt;
      this.#counted = now;
    }
    const seconds = Math.max(1, (now - this.#counted) / second);
    this.#counted = now;
    for (const site of sites) this.#add(site.host, this.#during(site, seconds));
    return this.#counts;
  }

  #during(site: ProxySite, seconds: number): Count {
    const requests =
      this.#world.proxy.holder === this.#node.name ? site.requestsPerSecond * seconds : 0;
    if (
      site.action.kind === 'proxy' &&
      site.action.upstreams.every(({ guest }) => !answers(this.#world, guest))
    )
      return { ok: 0, upstreamErrors: 0, proxyErrors: requests };
    return {
      ok: requests * (1 - site.errorShare),
      upstreamErrors: requests * site.errorShare,
      proxyErrors: 0,
    };
  }

  #add(host: string, count: Count): void {
    const { ok, upstreamErrors, proxyErrors } = this.#counts.get(host) ?? {
      ok: 0,
      upstreamErrors: 0,
      proxyErrors: 0,
    };
    this.#counts.set(host, {
      ok: ok + count.ok,
      upstreamErrors: upstreamErrors + count.upstreamErrors,
      proxyErrors: proxyErrors + count.proxyErrors,
    });
  }
}

/** What a proxy knows of an upstream: `fails` moves with passive checks only, and the gauge is 1 for whatever nobody checks. */
export function upstreamsOf(
  world: World,
  { sites, name }: ProxyNode,
): { address: string; healthy: boolean; fails: number }[] {
  return sites.flatMap(({ action, requestsPerSecond }) =>
    action.kind !== 'proxy'
      ? []
      : action.upstreams.map((upstream) => {
          const up = answers(world, upstream.guest);
          const visited = requestsPerSecond > 0 && world.proxy.holder === name;
          const fails = !up && action.checks === 'passive' && visited ? 3 : 0;
          return {
            address: dialOf(world, upstream),
            healthy: up || action.checks === 'none' || (action.checks === 'passive' && fails === 0),
            fails,
          };
        }),
  );
}
