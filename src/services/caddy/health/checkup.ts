import type { Check } from '../../../core/health.ts';
import type { Caddy, SiteCertificate, TrafficWindow } from '../client.ts';
import { valueOf, type Metrics } from '../metrics.ts';
import type { Config, Upstreams } from '../schema/index.ts';
import { anyHost, sitesOf, type Site } from '../sites.ts';
import { countsRequests, trafficOf, type Traffic } from '../traffic.ts';

/** What one instance says at a check-up; what is undefined could not be read, and the report says so. */
export interface Checkup {
  instance: string;
  config: Config;
  sites: Site[];
  upstreams: Upstreams | undefined;
  metrics: Metrics | undefined;
  /** Requests since a moment, and those of the last one; undefined where nothing is counted. */
  traffic: Traffic | undefined;
  recent: TrafficWindow | undefined;
  certificates: SiteCertificate[] | undefined;
  /** Names with a certificate, asked for or not. */
  named: number;
}

/** How many sites of one instance are asked for their certificate, and how many at once. */
const most = 40;
const atOnce = 6;

export async function inspectInstance(
  one: Caddy,
  instance: string,
  config: Config,
  check: Check,
): Promise<Checkup> {
  const sites = sitesOf(config);
  const [upstreams, metrics, certificates] = await Promise.all([
    check(`failures of upstreams on ${instance}`, () => one.upstreams()),
    check(`metrics of ${instance}: 5xx and health of upstreams`, () => one.metrics()),
    check(`certificates of ${instance}`, () => certificatesOf(one, sites)),
  ]);
  const counting = countsRequests(config);
  if (!counting && sites.length > 0)
    await check(`5xx on ${instance}`, () =>
      Promise.reject(
        new Error(
          'HTTP metrics are off there. Add `metrics` to its global options (up to 2.8: `servers { metrics }`)',
        ),
      ),
    );
  const traffic = counting && metrics ? trafficOf(metrics, config) : undefined;
  const failing = [...(traffic?.tallies.values() ?? [])].some(({ errors }) => errors > 0);
  const recent = failing
    ? await check(`5xx of this moment on ${instance}`, () => one.traffic(config))
    : undefined;
  return {
    instance,
    config,
    sites,
    upstreams,
    metrics,
    traffic,
    recent,
    certificates,
    named: withCertificate(sites).length,
  };
}

const withCertificate = (sites: readonly Site[]): Site[] => [
  ...new Map(
    sites
      .filter(
        ({ host, tlsPort, onDemand }) => host !== anyHost && tlsPort !== undefined && !onDemand,
      )
      .map((site) => [`${site.host} ${site.tlsPort}`, site]),
  ).values(),
];

/** Nobody but a handshake tells when a certificate ends. The first one also tells whether the sites can be reached from here at all. */
async function certificatesOf(one: Caddy, sites: readonly Site[]): Promise<SiteCertificate[]> {
  const [first, ...rest] = withCertificate(sites).slice(0, most);
  if (!first) return [];
  const results = [await one.certificate(first)];
  const waiting = [...rest];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let site = waiting.shift(); site; site = waiting.shift())
        results.push(await one.certificate(site));
    }),
  );
  return results;
}

/** Only since 2.9 does it say so; 0 means that it still runs what it had before. */
export const reloadFailed = (metrics: Metrics | undefined): boolean =>
  metrics !== undefined && valueOf(metrics, 'caddy_config_last_reload_successful') === 0;
