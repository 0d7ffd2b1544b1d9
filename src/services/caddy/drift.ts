import type { From } from '../../core/fleet.ts';
import { canonical, isObject, type Json, type JsonObject } from '../../core/base/json.ts';
import { portsOf } from './certificates.ts';
import type { Config, Server } from './schema/index.ts';
import { sitesOf, type Site } from './sites.ts';

/** One site as those instances have it that agree. */
export interface SiteVersion {
  site: Site;
  on: string[];
  /** How it stands apart from the other instances; undefined when all agree. */
  drift: string | undefined;
}

const keyOf = ({ host, ports }: Site): string => `${host} :${ports.join(' :')}`;

/** Every site of every instance, once where all agree and once for each version where they do not. Servers are called by order, so their names do not count. */
export function siteVersions(configs: readonly From<Config>[]): SiteVersion[] {
  const sites = configs.flatMap(({ instance, value }) =>
    sitesOf(value).map((site) => ({ instance, site })),
  );
  const keys = [...new Set(sites.map(({ site }) => keyOf(site)))].sort();
  return keys.flatMap((key) => {
    const group = sites.filter(({ site }) => keyOf(site) === key);
    const versions = new Map(group.map(({ site }) => [site.fingerprint, site]));
    return [...versions].map(([fingerprint, site]) => {
      const on = group
        .filter((other) => other.site.fingerprint === fingerprint)
        .map(({ instance }) => instance);
      const others = group
        .filter(({ instance }) => !on.includes(instance))
        .map(({ instance }) => instance);
      const without = configs
        .map(({ instance }) => instance)
        .filter((instance) => !on.includes(instance) && !others.includes(instance));
      const words = [
        others.length > 0 && `differs from ${others.join(', ')}${placeText(site, group, others)}`,
        without.length > 0 && `not on ${without.join(', ')}`,
      ]
        .filter(Boolean)
        .join('; ');
      return { site, on, drift: words || undefined };
    });
  });
}

/** Where a site is first configured otherwise than on the others: rows that look alike differ in what no row shows. */
function placeText(
  site: Site,
  group: readonly { instance: string; site: Site }[],
  others: readonly string[],
): string {
  const other = group.find(({ instance }) => others.includes(instance))?.site;
  if (!other || wordsOf(site) !== wordsOf(other)) return '';
  const path = firstDifference(site.config, other.config);
  return path === undefined ? '' : ` in ${path.join('/') || 'all of it'}`;
}

/** All that a row says of a site. */
const wordsOf = ({ ports, tls, rules }: Site): string =>
  JSON.stringify([ports, tls, rules.map(({ when, does }) => [when, does])]);

/** The path to the first difference of two values, as far as both have it; undefined where they are equal. */
export function firstDifference(a: Json | undefined, b: Json | undefined): string[] | undefined {
  if (canonical(a) === canonical(b)) return undefined;
  if (!isCompound(a) || !isCompound(b) || Array.isArray(a) !== Array.isArray(b)) return [];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const path = firstDifference(
      (a as Record<string, Json>)[key],
      (b as Record<string, Json>)[key],
    );
    if (path) return [key, ...path];
  }
  return [];
}

const isCompound = (value: Json | undefined): value is JsonObject | Json[] =>
  typeof value === 'object' && value !== null;

/** Parts of the config besides the sites that are not the same everywhere: `tls`, `logging`, `storage`, plugins, settings of a server. */
export function differingSections(configs: readonly From<Config>[]): string[] {
  const versions = configs.map(({ value }) => sections(value));
  const names = [...new Set(versions.flatMap((version) => [...version.keys()]))].sort();
  return names.filter(
    (name) => new Set(versions.map((version) => canonical(version.get(name)))).size > 1,
  );
}

/** `admin` is each instance's own: where it listens, who may ask. */
function sections({ admin: _, apps, ...rest }: Config): Map<string, Json> {
  const { http: __, ...others } = { http: undefined, ...rest, ...apps };
  const { servers, ...settings } = { servers: undefined, ...apps?.http };
  const own = Object.values(servers ?? {}).map(
    (server) => [`server :${portsOf(server).join(' :')}`, settingsOf(server)] as const,
  );
  return new Map(
    [...Object.entries(others), ['http', settings] as const, ...own].map(([name, value]) => [
      name,
      value as Json,
    ]),
  );
}

/** A server without what is compared as its sites, and without the list of them that its logs keep. */
function settingsOf({ listen: _, routes: __, errors: ___, logs, ...settings }: Server): object {
  return { ...settings, logs: isObject(logs) ? { ...logs, logger_names: undefined } : logs };
}
