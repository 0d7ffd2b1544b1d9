import * as z from 'zod';
import type { From } from '../../../core/fleet.ts';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { coveredBy } from '../certificates.ts';
import { read } from '../client.ts';
import { differingSections, siteVersions, type SiteVersion } from '../drift.ts';
import type { Config } from '../schema/index.ts';
import { sitesOf, type Upstream } from '../sites.ts';
import { healthOf, type Health, type Observation } from '../upstream-health.ts';

const Health = z.enum(['up', 'down', 'unknown', 'unchecked']);
const worstLast = ['up', 'unchecked', 'unknown', 'down'] as const;
const UpstreamRow = z.object({
  address: z.string(),
  health: Health.describe('unchecked: Caddy has no health check for it'),
  detail: z.string().optional(),
});
const SiteRow = z.object({
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
type SiteRow = z.output<typeof SiteRow>;

interface Seen {
  config: Config;
  observed: Observation & { unseen: string[] };
}

export const listSites = read({
  name: 'caddy_list_sites',
  title: 'List sites of the reverse proxy',
  description:
    'List what Caddy does for each host: upstreams and their health, TLS, redirects, files; differences between the instances are marked.',
  example: { host: 'nextcloud' },
  input: z.strictObject({
    host: z.string().optional().describe('Part of a host name'),
    problems: z.boolean().default(false).describe('Only sites in trouble'),
    limit: Limit,
  }),
  output: z.object({
    sites: z.array(SiteRow),
    total: z.int().describe('Sites that match'),
    among: z.int().describe('Sites, without the filter'),
    upstreams: z.record(Health, z.int()).describe('Of the sites that match, by health'),
    differing: z.int().describe('Hosts that differ between the instances'),
    instances: z.array(z.string()).describe('Those that answered'),
    differences: z
      .array(z.string())
      .describe('Other parts of the config that differ between the instances'),
    notChecked: Gaps.optional(),
  }),
  async run({ host = '', problems, limit }, caddy) {
    const seen = await caddy.all(async (one): Promise<Seen> => {
      const [config, observed] = await Promise.all([one.config(), one.observe()]);
      return { config, observed };
    });
    const configs = seen.map(({ instance, value }) => ({ instance, value: value.config }));
    const all = siteVersions(configs).map((standing) => rowOf(standing, seen));
    const wanted = all.filter(
      (row) =>
        isMeant(row.host, host.toLowerCase()) &&
        (!problems || row.drift !== undefined || hasHealth(row, 'down')),
    );
    const { rows: sites, total } = cut(wanted, limit);
    const notChecked = seen.flatMap(({ instance, value }) =>
      value.observed.unseen.map((why) => ({ what: `health of upstreams on ${instance}`, why })),
    );
    return {
      sites,
      total,
      among: all.length,
      ...counts(wanted),
      instances: seen.map(({ instance }) => instance),
      differences: differingSections(configs),
      ...(notChecked.length > 0 && { notChecked }),
    };
  },
  text: ({ sites, total, among, upstreams, differing, instances, differences, notChecked }) =>
    lines(
      `${total < among ? `${total} of ` : ''}${plural(among, 'site')} on ${instances.join(' and ')}${countsText(upstreams, differing)}`,
      gapsText(notChecked),
      tableOf(sites.flatMap(linesOf)),
      differences.length > 0 &&
        `Also different between the instances: ${differences.join(', ')} (caddy_get_config shows them).`,
      omitted(sites.length, total, 'give host, or problems=true'),
    ),
});

/** A part of its name, or a name it answers for by its wildcard. */
const isMeant = (host: string, asked: string): boolean =>
  host.includes(asked) || coveredBy(asked, host);

function rowOf({ site, on, drift }: SiteVersion, seen: readonly From<Seen>[]): SiteRow {
  const rules = site.rules.map(({ when, does, upstreams }) => ({
    does,
    ...(when && { when }),
    ...(upstreams.length > 0 && {
      upstreams: upstreams.map((upstream) =>
        judged(
          upstream,
          seen.filter(({ instance }) => on.includes(instance)),
        ),
      ),
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
function judged(upstream: Upstream, seen: readonly From<Seen>[]): z.output<typeof UpstreamRow> {
  const all = seen.map(({ instance, value: { config, observed } }) => ({
    instance,
    ...healthOf(upstream, sitesOf(config), observed),
  }));
  const health =
    worstLast.toReversed().find((one) => all.some((judgement) => judgement.health === one)) ??
    'unknown';
  const agreed = all.every((judgement) => judgement.health === health);
  const detail = agreed
    ? all[0]?.why
    : all.map((one) => `${one.health} on ${one.instance}${one.why && ` (${one.why})`}`).join(', ');
  return { address: upstream.address, health, ...(detail && { detail }) };
}

const hasHealth = ({ rules }: SiteRow, health: Health): boolean =>
  rules.some(({ upstreams = [] }) => upstreams.some((upstream) => upstream.health === health));

/** An upstream of several sites counts once, by the worst that is said of it. */
function counts(sites: readonly SiteRow[]): {
  upstreams: Record<Health, number>;
  differing: number;
} {
  const said = sites.flatMap(({ rules }) => rules.flatMap(({ upstreams = [] }) => upstreams));
  const worst = new Map(
    [...worstLast].flatMap((health) =>
      said.filter((one) => one.health === health).map(({ address }) => [address, health] as const),
    ),
  );
  const of = (health: Health): number => [...worst.values()].filter((one) => one === health).length;
  return {
    upstreams: {
      up: of('up'),
      down: of('down'),
      unknown: of('unknown'),
      unchecked: of('unchecked'),
    },
    differing: new Set(sites.flatMap(({ host, drift }) => (drift ? [host] : []))).size,
  };
}

function countsText(upstreams: Readonly<Record<Health, number>>, differing: number): string {
  const words = Health.options.flatMap((health) =>
    upstreams[health] > 0 ? [`${upstreams[health]} ${health}`] : [],
  );
  return `${words.length > 0 ? `; upstreams ${words.join(', ')}` : ''}${differing > 0 ? `; ${differing} DIFFER between the instances` : ''}.`;
}

interface Line {
  host: string;
  port: string;
  tls: string;
  when: string;
  does: string;
  upstreams: string;
  on: string;
  drift: string;
}

/** Columns that would be empty throughout are left out. */
function tableOf(rows: readonly Line[]): string {
  const columns = (
    ['host', 'port', 'tls', 'when', 'does', 'upstreams', 'drift', 'on'] as const
  ).filter((name) => rows.some((row) => row[name] !== ''));
  const drifting = rows.some(({ drift }) => drift !== '');
  return table(
    rows,
    Object.fromEntries(
      columns
        .filter((name) => name !== 'on' || drifting)
        .map((name) => [name, (row: Line) => row[name]]),
    ),
  );
}

/** A line a rule; the host stands on its first. */
const linesOf = ({ host, ports, tls, on, drift, rules }: SiteRow): Line[] =>
  rules.map(({ when = '', does, upstreams = [] }, i) => ({
    host: i === 0 ? host : '',
    port: i === 0 ? ports.join(' ') : '',
    tls: i === 0 ? (tls ?? 'no') : '',
    when,
    does,
    upstreams: upstreams
      .map(
        ({ address, health, detail }) =>
          (upstreams.length > 1 ? `${address} ` : '') +
          (health === 'up' || health === 'unchecked'
            ? health
            : `${health.toUpperCase()}${detail ? ` (${detail})` : ''}`),
      )
      .join(', '),
    on: i === 0 ? on.join(' ') : '',
    drift: i === 0 ? (drift ?? '') : '',
  }));
