import type { Finding } from '../../../core/health.ts';
import type { Rule } from '../sites.ts';
import { upstreamRef } from '../refs.ts';
import { worstHealth, type Health, type HealthOpinion } from '../upstream-health.ts';
import type { Checkup } from './checkup.ts';
import { few, finding, unique } from './finding.ts';

/** An upstream that is down, where one rule of one site uses it. */
interface DownUse extends HealthOpinion {
  address: string;
  instance: string;
  host: string;
  /** No other upstream of the same rule is left. */
  last: boolean;
}

const downUses = (checkups: readonly Checkup[]): DownUse[] =>
  checkups.flatMap((checkup) =>
    checkup.sites.flatMap(({ host, rules }) =>
      rules.flatMap((rule) => downUsesOf(checkup, host, rule)),
    ),
  );

function downUsesOf(checkup: Checkup, host: string, rule: Rule): DownUse[] {
  const { instance } = checkup;
  const upstreams = rule.upstreams.map(({ address }) => ({
    address,
    ...opinionOn(address, checkup),
  }));
  const down = upstreams.filter(({ health }) => health === 'down');
  const last = down.length === upstreams.length;
  return down.map((upstream) => ({ ...upstream, instance, host, last }));
}

const opinionOn = (address: string, { healths }: Checkup): HealthOpinion =>
  healths.get(address) ?? { health: 'unknown', why: '' };

/** Sites that have no upstream left on some instance: there, that is why they fail. */
export const sitesWithoutUpstream = (checkups: readonly Checkup[]): Set<string> =>
  new Set(downUses(checkups).flatMap(({ host, last }) => (last ? [host] : [])));

/** Sites each of whose upstreams passes a health check, on every instance that has them: whatever failed before, it is over. */
export function sitesWithHealthyUpstreams(checkups: readonly Checkup[]): Set<string> {
  const healthsBySite = new Map<string, Health[]>();
  for (const checkup of checkups)
    for (const { host, rules } of checkup.sites)
      for (const upstream of rules.flatMap((rule) => rule.upstreams)) {
        const { health } = opinionOn(upstream.address, checkup);
        healthsBySite.set(host, [
          ...(healthsBySite.get(host) ?? []),
          upstream.active ? health : 'unchecked',
        ]);
      }
  return new Set(
    [...healthsBySite].flatMap(([host, healths]) =>
      healths.every((health) => health === 'up') ? [host] : [],
    ),
  );
}

/** Upstreams that Caddy itself holds for down, one finding each: critical where a site has none left on any instance. */
export function upstreamFindings(checkups: readonly Checkup[]): Finding[] {
  const uses = downUses(checkups);
  const addresses = unique(uses.map(({ address }) => address)).sort();
  return addresses.map((address) =>
    downFinding(
      address,
      uses.filter((use) => use.address === address),
      checkups,
    ),
  );
}

function downFinding(
  address: string,
  uses: readonly DownUse[],
  checkups: readonly Checkup[],
): Finding {
  const hosts = unique(uses.map(({ host }) => host));
  const instances = unique(uses.map(({ instance }) => instance));
  const lost = hosts.filter((host) =>
    checkups.every(({ instance }) =>
      uses.some((use) => use.host === host && use.instance === instance && use.last),
    ),
  );
  const where = instances.length < checkups.length ? ` on ${instances.join(', ')} only` : '';
  const consequence =
    lost.length > 0
      ? `${few(lost)} ${lost.length > 1 ? 'have' : 'has'} no other upstream`
      : `it is an upstream of ${few(hosts)}`;
  return finding('upstream-down', address, {
    severity: lost.length > 0 ? 'critical' : 'warning',
    about: [upstreamRef(address)],
    effect: isProvenUp(address, checkups) ? 'degrades' : 'stops',
    message: `${address} is down${where} (${uses[0]?.why ?? ''}); ${consequence}`,
    evidence: unique(uses.map(({ instance, why }) => `${instance}: ${why}`)).join('; '),
    next: {
      tool: 'caddy_list_sites',
      arguments: { ...(hosts.length === 1 && { host: hosts[0] }), problems: true },
    },
  });
}

/** Whether the health check of some instance passes: that another one fails is then between the two. */
const isProvenUp = (address: string, checkups: readonly Checkup[]): boolean =>
  checkups.some(
    (checkup) =>
      opinionOn(address, checkup).health === 'up' &&
      checkup.sites.some(({ rules }) =>
        rules.some(({ upstreams }) =>
          upstreams.some((upstream) => upstream.address === address && upstream.active),
        ),
      ),
  );

/** How many upstreams there are, and how many of each health. */
export type UpstreamCounts = Record<Health | 'total', number>;

/** Each upstream once, by the worst that any instance says of it; undefined where no instance could be asked. One whose metrics could not be read has no opinion, except of what its config and its failures tell. */
export function upstreamCounts(checkups: readonly Checkup[]): UpstreamCounts | undefined {
  const byAddress = new Map<string, Health[]>();
  for (const checkup of checkups)
    for (const upstream of checkup.sites.flatMap(({ rules }) =>
      rules.flatMap(({ upstreams }) => upstreams),
    )) {
      const { health } = opinionOn(upstream.address, checkup);
      const opinions = byAddress.get(upstream.address) ?? [];
      if (health !== 'unknown' || checkup.metrics) opinions.push(health);
      byAddress.set(upstream.address, opinions);
    }
  if (byAddress.size > 0 && checkups.every(({ metrics }) => metrics === undefined))
    return undefined;
  const counts: UpstreamCounts = {
    total: byAddress.size,
    up: 0,
    down: 0,
    unknown: 0,
    unchecked: 0,
  };
  for (const healths of byAddress.values()) counts[worstHealth(healths)] += 1;
  return counts;
}
