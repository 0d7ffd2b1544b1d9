import { UnreachableError } from '../../../core/base/errors.ts';
import { mapLimited } from '../../../core/base/pool.ts';
import type { Check } from '../../../core/health.ts';
import type { Caddy, SiteCertificate, TrafficWindow } from '../client.ts';
import type { Metrics } from '../metrics.ts';
import type { Config, Upstreams } from '../schema/index.ts';
import { few } from './finding.ts';
import { anyHost, sitesOf, type Site } from '../sites.ts';
import { healthsOf, type HealthOpinion } from '../upstream-health.ts';
import { countsRequests, trafficOf, type Traffic } from '../traffic.ts';

/** What the findings on one instance are computed from. A part that is undefined could not be read; the report names it. */
export interface Checkup {
  instance: string;
  config: Config;
  sites: Site[];
  upstreams: Upstreams | undefined;
  metrics: Metrics | undefined;
  /** Of every upstream, by its address. */
  healths: ReadonlyMap<string, HealthOpinion>;
  /** Requests since the counters began; undefined also where nothing is counted. */
  traffic: Traffic | undefined;
  /** Requests of this moment; undefined also where none has failed. */
  recent: TrafficWindow | undefined;
  certificates: SiteCertificate[] | undefined;
  /** How many names have a certificate, asked for or not. */
  certificateNames: number;
}

/** How many sites of one instance are asked for their certificate, and how many at once. */
const maxProbes = 40;
const probesAtOnce = 6;

/** Asks one instance, whose config is known, for the rest of its checkup. */
export async function inspectInstance(
  caddy: Caddy,
  instance: string,
  config: Config,
  check: Check,
): Promise<Checkup> {
  const sites = sitesOf(config);
  const probed = sitesWithCertificate(sites);
  const [upstreams, metrics, certificates] = await Promise.all([
    check(`failures of upstreams on ${instance}`, () => caddy.upstreams()),
    check(`metrics of ${instance}: 5xx and health of upstreams`, () => caddy.metrics()),
    check(`certificates of ${instance}`, () => certificatesOf(caddy, probed), {
      part: 'certificates',
    }),
  ]);
  const unseen = (certificates ?? []).filter((site) => site.unseen !== undefined);
  if (unseen.length > 0)
    await check(`certificates of ${few(unseen.map(({ host }) => host))} on ${instance}`, () =>
      Promise.reject(new UnreachableError(unseen[0]?.unseen ?? '')),
    );
  const isCounting = countsRequests(config);
  if (!isCounting && sites.length > 0)
    await check(
      `5xx on ${instance}`,
      () =>
        Promise.reject(
          new Error(
            'HTTP metrics are off there. Add `metrics` to its global options (up to 2.8: `servers { metrics }`)',
          ),
        ),
      { part: 'requests' },
    );
  const traffic = isCounting && metrics ? trafficOf(metrics, config) : undefined;
  const isFailing = [...(traffic?.tallies.values() ?? [])].some(({ errors }) => errors > 0);
  const recent = isFailing
    ? await check(`5xx of this moment on ${instance}`, () => caddy.traffic(config), {
        part: 'requests',
      })
    : undefined;
  return {
    instance,
    config,
    sites,
    upstreams,
    metrics,
    healths: healthsOf(sites, { upstreams, metrics }),
    traffic,
    recent,
    certificates,
    certificateNames: probed.length,
  };
}

/** Each name and port once. Asking for an on-demand certificate would order one, so those are left out. */
function sitesWithCertificate(sites: readonly Site[]): Site[] {
  const named = sites.filter(
    ({ host, tlsPort, onDemand }) => host !== anyHost && tlsPort !== undefined && !onDemand,
  );
  return [...new Map(named.map((site) => [`${site.host} ${site.tlsPort}`, site])).values()];
}

/** Nobody but a handshake tells when a certificate ends. The first one also tells whether the sites can be reached from here at all. */
async function certificatesOf(caddy: Caddy, sites: readonly Site[]): Promise<SiteCertificate[]> {
  const [first, ...others] = sites.slice(0, maxProbes);
  if (!first) return [];
  const certificate = await caddy.certificate(first);
  return [
    certificate,
    ...(await mapLimited(others, probesAtOnce, (site) => caddy.certificate(site))),
  ];
}
