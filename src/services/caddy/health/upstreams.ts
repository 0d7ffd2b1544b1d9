import type { Finding } from '../../../core/health.ts';
import type { Rule } from '../sites.ts';
import { healthOf, type HealthOpinion } from '../upstream-health.ts';
import type { Checkup } from './checkup.ts';

interface Use extends HealthOpinion {
  address: string;
  instance: string;
  host: string;
  /** No other upstream of the same rule is left. */
  last: boolean;
}

const downUses = (all: readonly Checkup[]): Use[] =>
  all.flatMap((one) =>
    one.sites.flatMap(({ host, rules }) => rules.flatMap((rule) => usesOf(one, host, rule))),
  );

/** Sites that have no upstream left on some instance: there, that is why they fail. */
export const sitesWithoutUpstream = (all: readonly Checkup[]): Set<string> =>
  new Set(downUses(all).flatMap(({ host, last }) => (last ? [host] : [])));

/** Upstreams that Caddy itself holds for down, one finding each: critical where a site has none left on any instance. */
export function upstreamFindings(all: readonly Checkup[]): Finding[] {
  const down = downUses(all);
  return [...new Set(down.map(({ address }) => address))].sort().map((address) => {
    const uses = down.filter((use) => use.address === address);
    const hosts = unique(uses.map(({ host }) => host));
    const instances = unique(uses.map(({ instance }) => instance));
    const lost = hosts.filter((host) =>
      all.every(({ instance }) =>
        uses.some((use) => use.host === host && use.instance === instance && use.last),
      ),
    );
    const where = instances.length < all.length ? ` on ${instances.join(', ')} only` : '';
    return {
      id: `caddy.upstream-down/${address}`,
      severity: lost.length > 0 ? 'critical' : 'warning',
      subject: address,
      message: `${address} is down${where} (${uses[0]?.why ?? ''}); ${lost.length > 0 ? `${few(lost)} ${lost.length > 1 ? 'have' : 'has'} no other upstream` : `it is an upstream of ${few(hosts)}`}`,
      evidence: unique(uses.map(({ instance, why }) => `${instance}: ${why}`)).join('; '),
      next: {
        tool: 'caddy_list_sites',
        arguments: { ...(hosts.length === 1 && { host: hosts[0] }), problems: true },
      },
    };
  });
}

function usesOf(one: Checkup, host: string, rule: Rule): Use[] {
  const judged = rule.upstreams.map((upstream) => ({
    address: upstream.address,
    ...healthOf(upstream, one.sites, one),
  }));
  const last = judged.every(({ health }) => health === 'down');
  return judged
    .filter(({ health }) => health === 'down')
    .map((upstream) => ({ ...upstream, instance: one.instance, host, last }));
}

/** Each upstream once: how many, and how many of them are held for up, down, or are nobody's to say. */
export function upstreamCounts(
  all: readonly Checkup[],
): Record<'total' | 'up' | 'down' | 'unchecked' | 'unknown', number> {
  const worst = new Map<string, HealthOpinion['health']>();
  const order = ['up', 'unchecked', 'unknown', 'down'] as const;
  for (const one of all)
    for (const upstream of one.sites.flatMap(({ rules }) =>
      rules.flatMap(({ upstreams }) => upstreams),
    )) {
      const { health } = healthOf(upstream, one.sites, one);
      worst.set(
        upstream.address,
        order[
          Math.max(order.indexOf(health), order.indexOf(worst.get(upstream.address) ?? 'up'))
        ] ?? health,
      );
    }
  const count = (health: HealthOpinion['health']): number =>
    [...worst.values()].filter((one) => one === health).length;
  return {
    total: worst.size,
    up: count('up'),
    down: count('down'),
    unchecked: count('unchecked'),
    unknown: count('unknown'),
  };
}

const unique = (words: readonly string[]): string[] => [...new Set(words)];

/** A few names, and how many more. */
export const few = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
