import { iso, second } from '../../core/base/units.ts';
import { coveredBy, portsOf } from './certificates.ts';
import { valueOf, type Metrics, type Sample } from './metrics.ts';
import { isSubroute, type Config, type Handler, type Server } from './schema/index.ts';
import { sitesOf } from './sites.ts';

/** Requests counted since a config was loaded (2.9+) or the process started. */
export interface Tally {
  requests: number;
  /** Answered with a 5xx. */
  errors: number;
  byCode: Readonly<Record<string, number>>;
}

/** All that one sample of the metrics counts. */
export interface Traffic {
  /** By site where the metrics name hosts, else by server. */
  tallies: ReadonlyMap<string, Tally>;
  /** What the counters count from, in words. */
  since: string;
}

const noStatus = 'no status';

/** Hosts that nobody configured: whoever sends such a request means no site of ours. */
export const strangers = 'other hosts';

/** Whether HTTP metrics are on anywhere: `servers { metrics }` up to 2.8, the global `metrics` from 2.9. They are off by default. */
export const countsRequests = ({ apps }: Config): boolean =>
  Boolean(apps?.http?.['metrics']) ||
  Object.values(apps?.http?.servers ?? {}).some((server) => Boolean(server['metrics']));

/**
 * 5xx answers per site. Only the first handler of a route is counted, since up to 2.11.1 every handler of it counts the same request.
 * Up to 2.7 what fails in Caddy itself (502, 503) has no status: it is what was counted, is not in flight, and is missing from the histogram.
 */
export function trafficOf(metrics: Metrics, config: Config): Traffic {
  const tallies = new Map<string, Tally>();
  const hosts = sitesOf(config).map(({ host }) => host);
  const add = (subject: string, requests: number, code: string, errors: number): void => {
    const { requests: before = 0, errors: wrong = 0, byCode = {} } = tallies.get(subject) ?? {};
    tallies.set(subject, {
      requests: before + requests,
      errors: wrong + errors,
      byCode: errors > 0 ? { ...byCode, [code]: (byCode[code] ?? 0) + errors } : byCode,
    });
  };
  for (const sample of counted(metrics, config, 'caddy_http_requests_total')) {
    add(subjectOf(sample, config, hosts), sample.value, '', 0);
    const server = config.apps?.http?.servers?.[sample.labels['server'] ?? ''];
    const lost = server && hasFileServer(server) ? 0 : lostErrors(metrics, sample);
    if (lost > 0) add(subjectOf(sample, config, hosts), 0, noStatus, lost);
  }
  for (const sample of counted(metrics, config, 'caddy_http_request_duration_seconds_count')) {
    const { code = '' } = sample.labels;
    if (/^5\d\d$/.test(code)) add(subjectOf(sample, config, hosts), 0, code, sample.value);
  }
  return { tallies, since: sinceText(metrics) };
}

/** From 2.9 on every reload starts the counters again; before, they are as old as the process. */
function sinceText(metrics: Metrics): string {
  const reload = valueOf(metrics, 'caddy_config_last_reload_success_timestamp_seconds');
  const start = valueOf(metrics, 'process_start_time_seconds');
  if (reload !== undefined) return `since the reload at ${iso(reload * second)}`;
  return start === undefined ? 'since it started' : `since it started at ${iso(start * second)}`;
}

/** What came between two samples; what was reset in between is left out. */
export function between(before: Traffic, after: Traffic): Map<string, Tally> {
  return new Map(
    [...after.tallies].flatMap(([subject, now]) => {
      const then = before.tallies.get(subject) ?? { requests: 0, errors: 0, byCode: {} };
      if (now.requests < then.requests || now.errors < then.errors) return [];
      const byCode = Object.fromEntries(
        Object.entries(now.byCode)
          .map(([code, n]): [string, number] => [code, n - (then.byCode[code] ?? 0)])
          .filter(([, n]) => n > 0),
      );
      return [
        [
          subject,
          { requests: now.requests - then.requests, errors: now.errors - then.errors, byCode },
        ] as const,
      ];
    }),
  );
}

/** `4 of 10 requests (502 ×3, 503 ×1)` */
export const tallyText = ({ requests, errors, byCode }: Tally): string =>
  `${errors} of ${Math.max(requests, errors)} requests (${Object.entries(byCode)
    .map(([code, n]) => `${code} ×${n}`)
    .join(', ')})`;

/** The samples of a metric that count each request once. */
function counted(metrics: Metrics, config: Config, name: string): readonly Sample[] {
  const samples = metrics.get(name) ?? [];
  return samples.filter(({ labels: { server = '', handler = '' } }) => {
    const routes = config.apps?.http?.servers?.[server]?.routes;
    const first = new Set((routes ?? []).map(({ handle }) => handle?.[0]?.handler));
    return !routes || first.has(handler);
  });
}

/** The site a request was for; hosts that nobody configured, which anybody may send, are one subject. */
function subjectOf(
  { labels: { host, server = '' } }: Sample,
  config: Config,
  hosts: readonly string[],
): string {
  if (host === undefined) {
    const known = config.apps?.http?.servers?.[server];
    return known ? `server :${portsOf(known).join(' :')}` : server;
  }
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return hosts.includes(name) ? name : (hosts.find((site) => coveredBy(name, site)) ?? strangers);
}

const isSameSeries = (a: Sample, b: Sample): boolean =>
  ['server', 'handler', 'host'].every((key) => a.labels[key] === b.labels[key]);

function sum(metrics: Metrics, name: string, like: Sample): number {
  let total = 0;
  for (const sample of metrics.get(name) ?? [])
    if (isSameSeries(sample, like)) total += sample.value;
  return total;
}

/** Errors that have no status: counted, not in flight, and missing from the histogram. */
function lostErrors(metrics: Metrics, requests: Sample): number {
  const missing =
    requests.value -
    sum(metrics, 'caddy_http_request_duration_seconds_count', requests) -
    sum(metrics, 'caddy_http_requests_in_flight', requests);
  return Math.max(0, Math.min(missing, sum(metrics, 'caddy_http_request_errors_total', requests)));
}

/** A file server fails with 404, which has no status in those versions either: there nothing can be said. */
const hasFileServer = ({ routes }: Server): boolean =>
  (routes ?? []).some(({ handle }) => (handle ?? []).some(servesFiles));
const servesFiles = (handler: Handler): boolean =>
  handler.handler === 'file_server' ||
  (isSubroute(handler) &&
    (handler.routes ?? []).some(({ handle }) => (handle ?? []).some(servesFiles)));
