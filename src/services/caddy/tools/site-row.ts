import * as z from 'zod';
import type { From } from '../../../core/fleet.ts';
import type { Gap } from '../../../core/gap.ts';
import type { SiteVersion } from '../drift.ts';
import type { Config } from '../schema/index.ts';
import { sitesOf } from '../sites.ts';
import type { Upstream } from '../upstreams.ts';
import { healthOf, healths, worstHealth, type Observation } from '../upstream-health.ts';

/** In the order in which they are counted. */
export const UpstreamHealth = z.enum(['up', 'down', 'unknown', 'unchecked']);
export type UpstreamHealth = z.output<typeof UpstreamHealth>;

const UpstreamRow = z.object({
  address: z.string(),
  health: UpstreamHealth.describe('unchecked: Caddy has no health check for it'),
  detail: z.string().optional(),
});
type UpstreamRow = z.output<typeof UpstreamRow>;

/** One site, as it is answered. */
export const SiteRow = z.object({
  host: z.string(),
  ports: z.array(z.int()),
  tls: z.string().optional().describe('Who issues its certificate; absent for plain HTTP'),
  on: z.array(z.string()).describe('Instances that have it so'),
  drift: z.string().optional(),
  rules: z.array(
    z.object({
      when: z.string().optional(),
      does: z.string(),
      upstreams: z.array(UpstreamRow).optional(),
    }),
  ),
});
export type SiteRow = z.output<typeof SiteRow>;

/** What one instance answered. */
export interface InstanceView {
  config: Config;
  observation: Observation & { gaps: Gap[] };
}

/** A site with the health of its upstreams, as those of the `views` see it that have the site so. */
export function siteRow(
  { site, on, drift }: SiteVersion,
  views: readonly From<InstanceView>[],
): SiteRow {
  const having = views.filter(({ instance }) => on.includes(instance));
  const rules = site.rules.map(({ when, does, upstreams }) => ({
    does,
    ...(when && { when }),
    ...(upstreams.length > 0 && {
      upstreams: upstreams.map((upstream) => upstreamRow(upstream, having)),
    }),
  }));
  return {
    host: site.host,
    ports: site.ports,
    ...(site.tls && { tls: site.tls }),
    on,
    ...(drift && { drift }),
    rules: rules.length > 0 ? rules : [{ does: 'nothing (an empty 200)' }],
  };
}

/** The worst that an instance says of it; who says what, where they do not agree. */
function upstreamRow(upstream: Upstream, views: readonly From<InstanceView>[]): UpstreamRow {
  const opinions = views.map(({ instance, value: { config, observation } }) => ({
    instance,
    ...healthOf(upstream, sitesOf(config), observation),
  }));
  const health = worstHealth(opinions.map((opinion) => opinion.health));
  const agreed = opinions.every((opinion) => opinion.health === health);
  const detail = agreed
    ? opinions[0]?.why
    : opinions
        .map((opinion) => {
          const why = opinion.why && ` (${opinion.why})`;
          return `${opinion.health} on ${opinion.instance}${why}`;
        })
        .join(', ');
  return { address: upstream.address, health, ...(detail && { detail }) };
}

/** Whether the site differs between the instances, or has an upstream that is down. */
export const isInTrouble = ({ drift, rules }: SiteRow): boolean =>
  drift !== undefined ||
  rules.some(({ upstreams = [] }) => upstreams.some(({ health }) => health === 'down'));

/** Upstreams by health and hosts that differ. An upstream of several sites counts once, by the worst that is said of it. */
export function siteCounts(sites: readonly SiteRow[]): {
  upstreams: Record<UpstreamHealth, number>;
  differing: number;
} {
  const rows = sites.flatMap(({ rules }) => rules.flatMap(({ upstreams = [] }) => upstreams));
  const worst = new Map(
    healths.flatMap((health) =>
      rows.filter((row) => row.health === health).map(({ address }) => [address, health] as const),
    ),
  );
  const upstreams = { up: 0, down: 0, unknown: 0, unchecked: 0 };
  for (const health of worst.values()) upstreams[health] += 1;
  const differing = new Set(sites.flatMap(({ host, drift }) => (drift ? [host] : [])));
  return { upstreams, differing: differing.size };
}
