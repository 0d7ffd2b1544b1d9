import type { From } from '../../../core/fleet.ts';
import type { OwnDrift } from '../../../core/drift.ts';
import type { Finding } from '../../../core/health.ts';
import { differingSections, siteVersions, type SiteVersion } from '../drift.ts';
import { pair, severalRefs, siteRef } from '../refs.ts';
import type { Config } from '../schema/index.ts';
import { anyHost } from '../sites.ts';
import { few, finding, unique } from './finding.ts';

/** What may well differ between the machines of a pair. */
const ownBusiness = new Set(['logging', 'storage']);

/** Sites that are not the same everywhere: after a failover, visitors get something else. */
export function driftFindings(configs: readonly From<Config>[]): Finding[] {
  const drifting = siteVersions(configs).filter(({ drift }) => drift !== undefined);
  const hosts = unique(drifting.map(({ site }) => site.host));
  const names = configs.map(({ instance }) => instance).join(' and ');
  const findings: Finding[] = [];
  if (hosts.length > 0)
    findings.push(
      finding('config-drift', 'sites', {
        severity: 'warning',
        about: severalRefs(drifting.map(({ site }) => siteRef(site))),
        effect: 'risk',
        message: `${names} do not serve the same: ${few(hosts)}`,
        evidence: few(
          drifting.map(({ site, on, drift }) => `${site.host} on ${on.join(', ')} ${drift}`),
        ),
        next: { tool: 'caddy_list_sites', arguments: { problems: true } },
      }),
    );
  for (const section of differingSections(configs)) {
    const severity = ownBusiness.has(section) || hosts.length > 0 ? 'info' : 'warning';
    findings.push(
      finding('config-drift', section, {
        severity,
        about: [pair],
        effect: severity === 'info' ? 'note' : 'risk',
        message: `${names} do not have the same ${section} settings`,
        next: { tool: 'caddy_get_config', arguments: { path: pathOf(section, configs) } },
      }),
    );
  }
  return findings;
}

/** Where the section stands in the config; a server has another name on each instance. */
function pathOf(section: string, configs: readonly From<Config>[]): string {
  if (section.startsWith('server ')) return 'apps/http/servers';
  return configs.some(({ value }) => section in value) ? section : `apps/${section}`;
}

/** The same one by one, for who asks what is not the same. */
export const pairDrift = (configs: readonly From<Config>[]): OwnDrift[] => [
  ...siteDrift(configs),
  ...differingSections(configs)
    .filter((section) => !ownBusiness.has(section))
    .map((section) => ({
      subject: `settings ${section}`,
      about: pair,
      statements: configs.map(({ instance }) => ({
        by: instance,
        says: `has ${section} settings of its own`,
      })),
      next: { tool: 'caddy_get_config', arguments: { path: pathOf(section, configs) } },
      finding: `caddy.config-drift/${section}`,
    })),
];

function siteDrift(configs: readonly From<Config>[]): OwnDrift[] {
  const bySite = new Map<string, SiteVersion[]>();
  for (const version of siteVersions(configs)) {
    if (version.drift === undefined) continue;
    const key = `${siteRef(version.site)} ${version.site.ports.join(' ')}`;
    bySite.set(key, [...(bySite.get(key) ?? []), version]);
  }
  return [...bySite.values()].flatMap((versions): OwnDrift[] => {
    const [first] = versions;
    if (!first) return [];
    const { host } = first.site;
    return [
      {
        subject: host,
        about: siteRef(first.site),
        statements: versions.flatMap(({ on, drift = '' }) =>
          on.map((by) => ({ by, says: `serves it, ${drift}` })),
        ),
        next: { tool: 'caddy_list_sites', arguments: host === anyHost ? {} : { host } },
        finding: 'caddy.config-drift/sites',
      },
    ];
  });
}
