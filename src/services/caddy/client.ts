import * as z from 'zod';
import {
  InputError,
  ShapeError,
  UnreachableError,
  UpstreamError,
  messageOf,
} from '../../core/base/errors.ts';
import type { Gap } from '../../core/gap.ts';
import { below, path, type ReadHttp } from '../../core/http/index.ts';
import { isObject, type Json } from '../../core/base/json.ts';
import { second } from '../../core/base/units.ts';
import { defineClient } from '../../core/service.ts';
import { HandshakeError, probeShare, probeTls, type Presented } from '../../core/http/tls-probe.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import { parseMetrics, type Metrics } from './metrics.ts';
import { Config, Upstreams } from './schema/index.ts';
import type { Settings } from './settings.ts';
import type { Site } from './sites.ts';
import { between, trafficOf, type Tally, type Traffic } from './traffic.ts';
import type { Observation } from './upstream-health.ts';

/** Which parts of the admin API these credentials may read; a reason where not. */
export type Access = { what: string; refused: string | undefined }[];

/** How long one handshake with a site may take, in ms. */

/** Only GET, and only on these four paths: the admin API has no read-only role, and anything else on it changes or stops the server. */
export const { read, health, doctor, inventory } = defineClient({
  describeError,
  isOwnRefusal,
  // Two Caddies that differ in nothing but a credential are not alike.
  comparesSecrets: true,
  reads,
});

/** One instance, as tools and check-ups see it. */
export type Caddy = ReturnType<typeof reads>;

function reads(http: ReadHttp<Settings>) {
  const config = (): Promise<Config> => http.get(path`/config/`, Config);
  const upstreams = (): Promise<Upstreams> => http.get(path`/reverse_proxy/upstreams`, Upstreams);
  const metrics = async (): Promise<Metrics> => parseMetrics(await http.text(path`/metrics`));
  const access = async (what: string, ask: () => Promise<unknown>): Promise<Access[number]> => {
    const { refused } = await unlessRefused(ask);
    return { what, refused };
  };
  return {
    settings: http.settings,
    config,
    configAt: (segments: readonly string[]): Promise<Json> => configAt(http, segments),
    upstreams,
    metrics,
    /** What is seen besides the config. What may not be read is undefined, and named in `gaps`. */
    observe: async (): Promise<Observation & { gaps: Gap[] }> => {
      const parts = await Promise.all([unlessRefused(upstreams), unlessRefused(metrics)]);
      const what = `health of upstreams on ${http.instance}`;
      return {
        upstreams: parts[0].value,
        metrics: parts[1].value,
        gaps: parts.flatMap(({ refused: why }) => (why === undefined ? [] : [{ what, why }])),
      };
    },
    access: (): Promise<Access> =>
      Promise.all([
        access('GET /config/', config),
        access('GET /reverse_proxy/upstreams', upstreams),
        access('GET /metrics', metrics),
      ]),
    /** What was counted between two samples of the metrics: only two make a rate. */
    traffic: (of: Config): Promise<TrafficWindow> => traffic(http, metrics, of),
    certificate: (site: Site): Promise<SiteCertificate> => certificate(http, site),
  };
}

/** A site and the certificate that this instance shows for it, or why its handshake fails; `unseen` says why neither is known. */
export interface SiteCertificate {
  host: string;
  certificate?: Presented;
  failure?: string;
  unseen?: string;
}

/** A handshake of our own, and a second one before it is called failed. Where nothing listens at all, that is not the site's fault: it throws. */
async function certificate(http: ReadHttp<Settings>, site: Site): Promise<SiteCertificate> {
  const seen = await handshake(http, site);
  return seen.failure === undefined ? seen : handshake(http, site);
}

const handshake = (
  { settings, signal, deadlineMs }: ReadHttp<Settings>,
  { host, tlsPort = 443 }: Site,
): Promise<SiteCertificate> =>
  probeTls({
    host: settings.siteAddress,
    port: settings.sitePort ?? tlsPort,
    servername: host.replace(/^\*/, 'any-name'),
    deadlineMs: probeShare(deadlineMs),
    signal,
  }).then(
    (presented) => ({ host, certificate: presented }),
    (error: unknown) => {
      if (!(error instanceof UnreachableError)) throw error;
      // Our patience was over: that the other side is slow says nothing about its certificate.
      if (error.timedOut && hasListener(error)) return { host, unseen: error.message };
      if (error instanceof HandshakeError) return { host, failure: error.message };
      throw new UnreachableError(error.message, {
        cause: error,
        hint: 'Set CADDY_SITE_ADDRESS and CADDY_SITE_PORT to where its sites answer from here.',
      });
    },
  );

/** It took the connection, and only its handshake was late. */
const hasListener = ({ message }: UnreachableError): boolean => message.includes('no handshake');

/** The answer, or why there is none; a server that does not answer at all has refused nothing: that is thrown. */
const unlessRefused = <T>(ask: () => Promise<T>): Promise<{ value?: T; refused?: string }> =>
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
  const value = (await http.get(
    segments.length === 0 ? path`/config/` : below(path`/config`, segments),
    z.json(),
  )) as Json;
  if (value !== null || segments.length === 0) return value;
  const parent = await configAt(http, segments.slice(0, -1));
  const last = segments.at(-1) ?? '';
  if (isObject(parent) && last in parent) return null;
  const keys = keysOf(parent);
  throw new InputError(
    `There is no ${JSON.stringify(last)} in ${segments.slice(0, -1).join('/') || 'the config'}`,
    { hint: keys.length > 0 ? `There is: ${keys.slice(0, 30).join(', ')}` : 'It is empty.' },
  );
}

const keysOf = (value: Json): string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

/** Requests counted while an instance was watched, by site. */
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
  const [before, after] = samples;
  if (!before || !after)
    throw new UnreachableError('GET /metrics: no second sample in time', {
      hint: 'CADDY_POLL_MS is the time between two, CADDY_WAIT_MS the longest wait.',
    });
  return { tallies: between(before, after), seconds: (http.now() - started) / second };
}
