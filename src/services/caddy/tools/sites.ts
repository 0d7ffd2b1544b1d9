import * as z from 'zod';
import type { From } from '../../../core/fleet.ts';
import { cut, Limit, lines, omitted, table } from '../../../core/table.ts';
import { plural } from '../../../core/units.ts';
import { coveredBy } from '../certificates.ts';
import { read } from '../client.ts';
import { differingSections, standings, type Standing } from '../drift.ts';
import type { Config } from '../schema.ts';
import { sitesOf, type Upstream } from '../sites.ts';
import { healthOf, type Health, type Observed } from '../upstream-health.ts';

const Health = z.enum(['up', 'down', 'unknown', 'unchecked']);
const UpstreamRow = z.object({ address: z.string(), health: Health.describe('unchecked: Caddy has no health check for it'), detail: z.string().optional() });
const SiteRow = z.object({
  host: z.string(),
  ports: z.array(z.int()),
  tls: z.string().optional().describe('Who issues its certificate; absent for plain HTTP'),
  on: z.array(z.string()).describe('Instances that have it so'),
  drift: z.string().optional(),
  rules: z.array(z.object({ when: z.string().optional(), does: z.string(), upstreams: z.array(UpstreamRow).optional() })),
});
type SiteRow = z.output<typeof SiteRow>;

interface Seen {
  config: Config;
  observed: Observed & { unseen: string[] };
}

export const listSites = read({
  name: 'caddy_list_sites',
  title: 'List sites of the reverse proxy',
  description: 'List what Caddy does for each host: upstreams and their health, TLS, redirects, files; differences between the instances are marked.',
  input: z.strictObject({
    host: z.string().optional().describe('Part of a host name'),
    problems: z.boolean().default(false).describe('Only sites in trouble'),
    limit: Limit,
  }),
  output: z.object({
    sites: z.array(SiteRow),
    total: z.int(),
    instances: z.array(z.string()).describe('Those that answered'),
    differences: z.array(z.string()).describe('Other parts of the config that differ between the instances'),
    unseen: z.array(z.string()).optional().describe('What could not be read, so that health is unknown'),
  }),
  async run({ host = '', problems, limit }, caddy) {
    const seen = await caddy.all(async (one): Promise<Seen> => {
      const [config, observed] = await Promise.all([one.config(), one.observed()]);
      return { config, observed };
    });
    const configs = seen.map(({ instance, value }) => ({ instance, value: value.config }));
    const all = standings(configs).map((standing) => rowOf(standing, seen));
    const wanted = all.filter((row) => isMeant(row.host, host.toLowerCase()) && (!problems || row.drift !== undefined || hasHealth(row, 'down')));
    const { rows: sites, total } = cut(wanted, limit);
    const unseen = seen.flatMap(({ instance, value }) => value.observed.unseen.map((what) => `${instance}: ${what}`));
    return { sites, total, instances: seen.map(({ instance }) => instance), differences: differingSections(configs), ...(unseen.length > 0 && { unseen }) };
  },
  text: ({ sites, total, instances, differences, unseen = [] }) => lines(
    `${plural(total, 'site')} on ${instances.join(' and ')}${counts(sites)}`,
    ...unseen.map((what) => `UPSTREAM HEALTH UNKNOWN on ${what}`),
    tableOf(sites.flatMap(linesOf)),
    differences.length > 0 && `Also different between the instances: ${differences.join(', ')} (caddy_get_config shows them).`,
    omitted(sites.length, total, 'give host, or problems=true'),
  ),
});

/** A part of its name, or a name it answers for by its wildcard. */
const isMeant = (host: string, asked: string): boolean => host.includes(asked) || coveredBy(asked, host);

function rowOf({ site, on, drift }: Standing, seen: readonly From<Seen>[]): SiteRow {
  const rules = site.rules.map(({ when, does, upstreams }) => ({
    does,
    ...(when && { when }),
    ...(upstreams.length > 0 && { upstreams: upstreams.map((upstream) => judged(upstream, seen.filter(({ instance }) => on.includes(instance)))) }),
  }));
  return { host: site.host, ports: site.ports, ...(site.tls && { tls: site.tls }), on, ...(drift && { drift }), rules: rules.length > 0 ? rules : [{ does: 'nothing (an empty 200)' }] };
}

/** The worst that an instance says of it; who says what, where they do not agree. */
function judged(upstream: Upstream, seen: readonly From<Seen>[]): z.output<typeof UpstreamRow> {
  const all = seen.map(({ instance, value: { config, observed } }) => ({ instance, ...healthOf(upstream, sitesOf(config), observed) }));
  const health = (['down', 'unknown', 'unchecked', 'up'] as const).find((one) => all.some((judgement) => judgement.health === one)) ?? 'unknown';
  const agreed = all.every((judgement) => judgement.health === health);
  const detail = agreed ? all[0]?.why : all.map((one) => `${one.health} on ${one.instance}${one.why && ` (${one.why})`}`).join(', ');
  return { address: upstream.address, health, ...(detail && { detail }) };
}

const hasHealth = ({ rules }: SiteRow, health: Health): boolean => rules.some(({ upstreams = [] }) => upstreams.some((upstream) => upstream.health === health));

function counts(sites: readonly SiteRow[]): string {
  const all = new Map(sites.flatMap(({ rules }) => rules.flatMap(({ upstreams = [] }) => upstreams.map(({ address, health }) => [address, health] as const))));
  const words = Health.options.flatMap((health) => {
    const n = [...all.values()].filter((one) => one === health).length;
    return n > 0 ? [`${n} ${health}`] : [];
  });
  const drifting = new Set(sites.flatMap(({ host, drift }) => (drift ? [host] : []))).size;
  return `${words.length > 0 ? `; upstreams ${words.join(', ')}` : ''}${drifting > 0 ? `; ${drifting} DIFFER between the instances` : ''}.`;
}

interface Line { host: string; port: string; tls: string; when: string; does: string; upstreams: string; on: string; drift: string }

/** Columns that would be empty throughout are left out. */
function tableOf(rows: readonly Line[]): string {
  const columns = (['host', 'port', 'tls', 'when', 'does', 'upstreams', 'drift', 'on'] as const).filter((name) => rows.some((row) => row[name] !== ''));
  const drifting = rows.some(({ drift }) => drift !== '');
  return table(rows, Object.fromEntries(columns.filter((name) => name !== 'on' || drifting).map((name) => [name, (row: Line) => row[name]])));
}

/** A line a rule; the host stands on its first. */
const linesOf = ({ host, ports, tls, on, drift, rules }: SiteRow): Line[] => rules.map(({ when = '', does, upstreams = [] }, i) => ({
  host: i === 0 ? host : '',
  port: i === 0 ? ports.join(' ') : '',
  tls: i === 0 ? tls ?? 'no' : '',
  when,
  does,
  upstreams: upstreams.map(({ address, health, detail }) => (upstreams.length > 1 ? `${address} ` : '') + (health === 'up' || health === 'unchecked' ? health : `${health.toUpperCase()}${detail ? ` (${detail})` : ''}`)).join(', '),
  on: i === 0 ? on.join(' ') : '',
  drift: i === 0 ? drift ?? '' : '',
}));
