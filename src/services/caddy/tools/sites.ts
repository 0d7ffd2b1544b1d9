import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { plural } from '../../../core/base/units.ts';
import { Gaps, gapsText } from '../../../core/gap.ts';
import { page, pageInput, pageOutput } from '../../../core/page.ts';
import { coveredBy } from '../certificates.ts';
import { read } from '../client.ts';
import { differingSections, siteVersions } from '../drift.ts';
import {
  isInTrouble,
  siteCounts,
  SiteRow,
  siteRow,
  UpstreamHealth,
  type InstanceView,
} from './site-row.ts';
import { siteTable } from './site-table.ts';

export const listSites = read({
  name: 'caddy_list_sites',
  title: 'List sites of the reverse proxy',
  description:
    'List what Caddy does for each host: upstreams and their health, TLS, redirects, files; differences between the instances are marked.',
  example: { host: 'nextcloud' },
  input: z.strictObject({
    host: z.string().optional().describe('Part of a host name'),
    problems: z.boolean().default(false).describe('Only sites in trouble'),
    ...pageInput(),
  }),
  output: z.object({
    sites: z.array(SiteRow),
    ...pageOutput,
    among: z.int().describe('Sites, without the filter'),
    upstreams: z.record(UpstreamHealth, z.int()).describe('Of the sites that match, by health'),
    differing: z.int().describe('Hosts that differ between the instances'),
    instances: z.array(z.string()).describe('Those that answered'),
    differences: z
      .array(z.string())
      .describe('Other parts of the config that differ between the instances'),
    gaps: Gaps.optional(),
  }),
  rows: 'sites',
  narrow: 'give host, or problems=true',
  async run({ host = '', problems, ...request }, caddy) {
    const views = await caddy.all(async (instance): Promise<InstanceView> => {
      const [config, observation] = await Promise.all([instance.config(), instance.observe()]);
      return { config, observation };
    });
    const configs = views.map(({ instance, value }) => ({ instance, value: value.config }));
    const rows = siteVersions(configs).map((version) => siteRow(version, views));
    const matching = rows.filter(
      (row) => isMeant(row.host, host.toLowerCase()) && (!problems || isInTrouble(row)),
    );
    const { rows: sites, ...pageResult } = page(matching, request);
    const gaps = views.flatMap(({ value }) => value.observation.gaps);
    return {
      sites,
      ...pageResult,
      among: rows.length,
      ...siteCounts(matching),
      instances: views.map(({ instance }) => instance),
      differences: differingSections(configs),
      ...(gaps.length > 0 && { gaps }),
    };
  },
  text: ({ sites, total, among, upstreams, differing, instances, differences, gaps }) =>
    lines(
      `${total < among ? `${total} of ` : ''}${plural(among, 'site')} on ${instances.join(' and ')}${countsText(upstreams, differing)}`,
      gapsText(gaps),
      siteTable(sites),
      differences.length > 0 &&
        `Also different between the instances: ${differences.join(', ')} (caddy_get_config shows them).`,
    ),
});

/** A part of its name, or a name it answers for by its wildcard. */
const isMeant = (host: string, filter: string): boolean =>
  host.includes(filter) || coveredBy(filter, host);

function countsText(
  upstreams: Readonly<Record<UpstreamHealth, number>>,
  differing: number,
): string {
  const counts = UpstreamHealth.options
    .filter((health) => upstreams[health] > 0)
    .map((health) => `${upstreams[health]} ${health}`);
  const upstreamText = counts.length > 0 ? `; upstreams ${counts.join(', ')}` : '';
  const driftText = differing > 0 ? `; ${differing} DIFFER between the instances` : '';
  return `${upstreamText}${driftText}.`;
}
