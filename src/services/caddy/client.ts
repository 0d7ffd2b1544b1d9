import * as z from 'zod';
import {
  InputError,
  ShapeError,
  UnreachableError,
  UpstreamError,
  messageOf,
} from '../../core/base/errors.ts';
import { below, path, type ReadHttp } from '../../core/http/index.ts';
import { isObject, type Json } from '../../core/base/json.ts';
import { defineClient } from '../../core/service.ts';
import { probeTls, type Presented } from '../../core/http/tls-probe.ts';
import { describeError } from './describe-error.ts';
import { parseMetrics, type Metrics } from './metrics.ts';
import { Config, Upstreams } from './schema/index.ts';
import type { Settings } from './settings.ts';
import type { Site } from './sites.ts';
import { between, trafficOf, type Tally, type Traffic } from './traffic.ts';
import type { Observation } from './upstream-health.ts';

/** Which parts of the admin API these credentials may read; a reason where not. */
export type Access = { what: string; refused: string | undefined }[];

const probeMs = 2_500;

/** Only GET, and only on these four paths: the admin API has no read-only role, and anything else on it changes or stops the server. */
export const { read, health, doctor, inventory } = defineClient({
  describeError: describeError,
  reads,
});

/** One instance, as tools and check-ups see it. */
export type Caddy = ReturnType<typeof reads>;

function reads(http: ReadHttp<Settings>) {
  const config = (): Promise<Config> => http.get(path`/config/`, Config);
  const upstreams = (): Promise<Upstreams> => http.get(path`/reverse_proxy/upstreams`, Upstreams);
  const metrics = async (): Promise<Metrics> => parseMetrics(await http.text(path`/metrics`));
  return {
    settings: http.settings,
    config,
    configAt: (segments: readonly string[]): Promise<Json> => configAt(http, segments),
    upstreams,
    metrics,
    /** What is seen besides the config; what may not be read is named in `unseen`. */
    observe: async (): Promise<Observation & { unseen: string[] }> => {
      const [seen, gauges] = await Promise.all([allowed(upstreams), allowed(metrics)]);
      return {
        upstreams: seen.value,
        metrics: gauges.value,
        unseen: [seen, gauges].flatMap(({ refused }) => refused ?? []),
      };
    },
    access: async (): Promise<Access> =>
      Promise.all([
        allowed(config).then(({ refused }) => ({ what: 'GET /config/', refused })),
        allowed(upstreams).then(({ refused }) => ({
          what: 'GET /reverse_proxy/upstreams',
          refused,
        })),
        allowed(metrics).then(({ refused }) => ({ what: 'GET /metrics', refused })),
      ]),
    /** What was counted between two samples of the metrics, `seconds` apart: only two make a rate. */
    traffic: (of: Config): Promise<TrafficWindow> => traffic(http, metrics, of),
    certificate: (site: Site): Promise<SiteCertificate> => certificate(http, site),
  };
}

/** A site and the certificate that this instance shows for it, or why its handshake fails. */
export interface SiteCertificate {
  host: string;
  certificate?: Presented;
  failure?: string;
}

/** A handshake of our own. Where nothing listens at all, that is not the site's fault: it throws. */
const certificate = (
  { settings, signal }: ReadHttp<Settings>,
  { host, tlsPort = 443 }: Site,
): Promise<SiteCertificate> =>
  probeTls({
    host: settings.siteAddress,
    port: settings.sitePort ?? tlsPort,
    servername: host.replace(/^\*/, 'any-name'),
    deadlineMs: probeMs,
    signal,
  }).then(
    (shown) => ({ host, certificate: shown }),
    (error: unknown) => {
      if (!(error instanceof UnreachableError)) throw error;
      if (error.sent) return { host, failure: error.message };
      throw new UnreachableError(error.message, {
        cause: error,
        hint: 'Set CADDY_SITE_ADDRESS and CADDY_SITE_PORT to where its sites answer from here.',
      });
    },
  );

/** The answer, or why there is none; a server that does not answer at all is not "not allowed". */
const allowed = <T>(ask: () => Promise<T>): Promise<{ value?: T; refused?: string }> =>
  ask().then(
    (value) => ({ value }),
    (error: unknown) => {
      if (error instanceof UpstreamError || error instanceof ShapeError)
        return { refused: messageOf(error).message };
      throw error;
    },
  );

/** Caddy answers `null` for a last key that is not there: what it asks for has to be told apart from a value. */
async function configAt(http: ReadHttp<Settings>, segments: readonly string[]): Promise<Json> {
  const found = (await http.get(
    segments.length === 0 ? path`/config/` : below(path`/config`, segments),
    z.json(),
  )) as Json;
  if (found !== null || segments.length === 0) return found;
  const around = await configAt(http, segments.slice(0, -1));
  const last = segments.at(-1) ?? '';
  if (isObject(around) && last in around) return null;
  const keys = isObject(around)
    ? Object.keys(around)
    : Array.isArray(around)
      ? around.map((_, i) => String(i))
      : [];
  throw new InputError(
    `There is no ${JSON.stringify(last)} in ${segments.slice(0, -1).join('/') || 'the config'}`,
    { hint: keys.length > 0 ? `There is: ${keys.slice(0, 30).join(', ')}` : 'It is empty.' },
  );
}

/** Requests counted while we watched, by site. */
export interface TrafficWindow {
  tallies: ReadonlyMap<string, Tally>;
  seconds: number;
}

async function traffic(
  http: ReadHttp<Settings>,
  metrics: () => Promise<Metrics>,
  config: Config,
): Promise<TrafficWindow> {
  const started = http.now();
  const samples: Traffic[] = [];
  await http.until(
    async () => samples.push(trafficOf(await metrics(), config)),
    (n) => n === 2,
  );
  const [first, second] = samples;
  if (!first || !second)
    throw new UnreachableError('GET /metrics: no second sample in time', {
      hint: 'CADDY_POLL_MS is the time between two, CADDY_WAIT_MS the longest wait.',
    });
  return { tallies: between(first, second), seconds: (http.now() - started) / 1000 };
}
